/** The beginning of HTML or text, on one line. */
export const shorten = (text: string): string => text.trim().replace(/\s+/g, ' ').slice(0, 160)
