import { current } from './room.ts'

/** What a test file of a room imports in place of tap; a new instance of this module for each. */
// biome-ignore lint/style/noDefaultExport: tap's is one, too
export default current()
