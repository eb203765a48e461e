import { type Command, Option } from 'commander'

/** Adds the options that say which service a command calls. */
export const withService = (command: Command): Command =>
  command
    .optionsGroup('Which service (the data here, unless one of these or DEBRIEF_TOKEN is given):')
    .option('--url <address>', 'its address; DEBRIEF_URL or http://127.0.0.1:8080, unless given')
    .option('--token-file <file>', 'the file that holds a token, such as .debrief/admin.token')
    .addOption(
      new Option(
        '--token <token>',
        'the token; a list of processes shows it, other than DEBRIEF_TOKEN',
      ).conflicts('tokenFile'),
    )
