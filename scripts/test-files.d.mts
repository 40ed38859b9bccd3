export function testFiles(database?: string, everywhere?: boolean): string[]
