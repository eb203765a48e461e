import type { Scale } from './scale.ts'

/** One of the two drawings of a timeline: for wide and for narrow screens. */
export interface Size {
  name: 'wide' | 'narrow'
  width: number
  /** The least distance between two ticks. */
  tickGap: number
}
export const sizes: Size[] = [
  { name: 'wide', width: 960, tickGap: 80 },
  { name: 'narrow', width: 360, tickGap: 56 },
]

/** Where time lies on a drawing. */
export interface Canvas extends Size {
  scale: Scale
  axisWidth: number
  /** The pixel of a time (milliseconds since 1970). */
  x: (time: number) => number
  /** The height of the axis below the drawing's upper edge. */
  axis: number
}

export const left = 10

/** A generous estimate of a text's width in pixels: no font can be measured here. */
export const widthOf = (text: string): number => text.length * 7.2

export const round = (pixels: number): number => Math.round(pixels * 10) / 10
