/** Prints a sentence for the person at the terminal, on standard error: standard output has the log. */
export const say = (message: string): void => {
  process.stderr.write(`${message}\n`)
}
