/** A phone: rows of tables become cards, and the drawing is the narrow one. */
export const narrow = `
@media (max-width: 44rem) {
  main { padding: 2rem 1.15rem 3rem; }
  h1 { font-size: 1.6rem; }
  h2 { margin-top: 2.5rem; font-size: 1.25rem; }
  .facts { grid-template-columns: 1fr 1fr; gap: 1rem 1.25rem; }
  .facts dd { font-size: 1.25rem; }
  .standing .label ~ .label:not(br + .label)::before { content: "\\A"; }
  nav li { padding: .3rem 0; }
  .wide { display: none; }
  .narrow { display: block; }
  table, tbody, tr, td, .group th { display: block; width: auto; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tr { padding: .8rem 0; border-bottom: 1px solid var(--line); }
  tr.group { padding: 1.4rem 0 .4rem; }
  .group th, tbody .group:first-child th { padding: 0; border: 0; font-size: 1rem; }
  td, .by-time td:first-child, .by-time td:last-child { width: auto; padding: .12rem 0; border: 0; }
  td { display: grid; grid-template-columns: 7rem 1fr; gap: .5rem; }
  td::before { content: attr(data-label); color: var(--soft); }
  td:first-child, .by-time td, .by-id td:nth-child(2) { display: block; }
  td:first-child::before, .by-time td::before, .by-id td:nth-child(2)::before { content: none; }
  td:first-child, .by-id td:nth-child(2) { font-weight: 650; }
  .by-spell td:first-child { display: flex; gap: .3rem; }
  .by-spell td:first-child::before { content: attr(data-label); color: inherit; }
  .by-time td:last-child { margin-top: .35rem; }
  .by-id td { grid-template-columns: 5rem 1fr; }
  .by-spell td:nth-child(2) { white-space: normal; }
  .by-id td, .by-id td:not(:nth-child(2)) { white-space: normal; }
  .by-id td:nth-child(2) { margin-bottom: .35rem; }
  pre { padding: .7rem .8rem; font-size: .8rem; }
  .diff { padding: .7rem 0; }
}
`
