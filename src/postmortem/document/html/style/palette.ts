/** The colours by what they say, for light and for dark screens. Every ink can be read on every ground it is used on. */
export const light = {
  paper: '#ffffff',
  sheet: '#f5f6f8',
  ink: '#1b1f24',
  soft: '#59636e',
  line: '#dfe3e7',
  link: '#0a58a8',
  bad: '#b42318',
  'bad-wash': '#fbe4e1',
  warn: '#8a5300',
  'warn-wash': '#fcefd2',
  good: '#14713f',
  'good-wash': '#dcf3e5',
  calm: '#2f5d8a',
  'calm-wash': '#e3edf7',
}
type Palette = typeof light

export const dark: Palette = {
  paper: '#131619',
  sheet: '#1c2024',
  ink: '#e4e7ea',
  soft: '#9ba5af',
  line: '#30363c',
  link: '#85b8f2',
  bad: '#ff9a8f',
  'bad-wash': '#47201d',
  warn: '#f0bd5e',
  'warn-wash': '#3d2e0e',
  good: '#6fd29b',
  'good-wash': '#12371f',
  calm: '#93bde8',
  'calm-wash': '#1d3247',
}

/** Ink is spared, and nothing is paler than a printer can show. */
export const paper: Palette = { ...light, ink: '#000000', soft: '#4a525a', line: '#c8cdd2' }

/** Which ink stands on which grounds. */
export const grounds: [ink: keyof Palette, on: (keyof Palette)[]][] = [
  ['ink', ['paper', 'sheet', 'good-wash', 'bad-wash', 'warn-wash', 'calm-wash']],
  ['soft', ['paper', 'sheet', 'calm-wash']],
  ['link', ['paper', 'sheet', 'calm-wash']],
  ['bad', ['paper', 'sheet', 'bad-wash']],
  ['warn', ['paper', 'sheet', 'warn-wash']],
  ['good', ['paper', 'sheet', 'good-wash']],
  ['calm', ['paper', 'sheet', 'calm-wash']],
]

export const variables = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, colour]) => `--${name}: ${colour};`)
    .join(' ')
