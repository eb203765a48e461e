// Loaded before the launcher: the first process takes itself for an old Node.js. The check of a clean machine has a real one.
if (process.env.DEBRIEF_LAUNCHER === undefined)
  Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })
