/** What a token and a link have of a life. */
interface Life {
  requests_per_minute: number | null
  created_at: string
  last_used_at: string | null
  expires_at: string | null
  revoked_at: string | null
}

export const lifeHeader = ['per minute', 'created', 'last used', 'ends', '']

/** The cells below `lifeHeader`. */
export const lifeCells = (life: Life, now: string): string[] => [
  String(life.requests_per_minute ?? '-'),
  life.created_at.slice(0, 10),
  life.last_used_at === null ? 'never' : toMinute(life.last_used_at),
  life.expires_at === null ? 'never' : toMinute(life.expires_at),
  life.revoked_at !== null ? `revoked ${toMinute(life.revoked_at)}` : isOver(life, now) ? 'expired' : '',
]

export const lifeStyle = (life: Life, now: string): 'dim' | undefined =>
  life.revoked_at !== null || isOver(life, now) ? 'dim' : undefined

const isOver = ({ expires_at }: Life, now: string): boolean => expires_at !== null && expires_at <= now

const toMinute = (utc: string): string => `${utc.slice(0, 16).replace('T', ' ')}Z`
