/**
 * A token or a link in any text, however it is percent-encoded, also more than once. Of `dbf_` or `dbl_` alone too few
 * characters follow to be one.
 */
const secrets =
  /(?:d|%(?:25)*64)(?:b|%(?:25)*62)(?:(f|%(?:25)*66)|(?:l|%(?:25)*6[Cc]))(?:_|%(?:25)*5[Ff])([0-9A-Za-z_%-]{8,})/g

/** What every secret has, and hardly any other text: cheap to look for in each line of the log. */
const mayBeSecret = /db[fl]|%/

/** Leaves of each token and link in a text its public id: `dbl_3k9x0q7mz1ab-redacted`. */
export const redactSecrets = (text: string): string =>
  mayBeSecret.test(text) ? text.replace(secrets, redactedSecret) : text

function redactedSecret(_: string, isToken: string | undefined, rest: string): string {
  const [id] = /^[0-9a-z]{12}/.exec(percentDecoded(rest)) ?? []
  return `${isToken ? 'dbf' : 'dbl'}_${id === undefined ? '' : `${id}-`}redacted`
}

/** A request's URL for the log: `link` shows nothing but the public id of a link, whatever was sent in its place. */
export function redactedUrl(url: string): string {
  if (!/link|%/.test(url)) return redactSecrets(url)
  const [path = '', ...query] = url.split('?')
  if (query.length === 0) return redactSecrets(url)
  return redactSecrets(`${path}?${query.join('?').split('&').map(redactedParameter).join('&')}`)
}

function redactedParameter(parameter: string): string {
  const [name = ''] = parameter.split('=')
  if (percentDecoded(name) !== 'link') return parameter
  const value = redactSecrets(percentDecoded(parameter.slice(name.length + 1)))
  return `link=${/^dbl_[0-9a-z]{12}-redacted$/.test(value) ? value : 'redacted'}`
}

/** The text as it is, where it is not percent-encoded UTF-8. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
