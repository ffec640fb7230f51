export function sources(root: string): readonly string[];
