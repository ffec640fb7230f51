/** The posting of 19 Dec 2025, or what was merged for v7.1 with its fix (driver.md 1). */
export type Version = 'v9' | 'v7.1';
