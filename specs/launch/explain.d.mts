export function explained(error: unknown, root: string): string;
