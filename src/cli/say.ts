/** A sentence for the person at the terminal; the log of requests goes to standard output. */
export const say = (message: string): void => {
  process.stderr.write(`${message}\n`)
}
