/** True where a test may be left out for want of what it needs. In CI it is run, and fails. */
export const isLacking = (needed: unknown): boolean => !needed && !process.env.CI
