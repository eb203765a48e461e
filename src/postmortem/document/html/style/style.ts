import { createHash } from 'node:crypto'
import { base } from './base.ts'
import { blocks } from './blocks.ts'
import { drawing } from './drawing.ts'
import { head } from './head.ts'
import { narrow } from './narrow.ts'
import { print } from './print.ts'

/** The style sheet of every page: light and dark, screen, phone and print. It loads nothing. */
export const style = [base, head, blocks, drawing, narrow, print].join('')

/** The hash of the style for `style-src` of the Content-Security-Policy, which blocks every other style. */
export const styleHash = `sha256-${createHash('sha256').update(style).digest('base64')}`
