export function findChromium(): Promise<string | undefined>
export function findHeadlessChromium(): Promise<string | undefined>
export function installChromium(): Promise<string | undefined>
