// Shown first in each help, and in the man page.

/** What stands first in a command's help. */
export const examples = {
  stint: `Examples:
  stint run --memory 512MB --wall-time 30s -- npm test
  stint measure -n 5 -- npm test           which limits fit?
  stint call ./tasks.js#resize --args '["photo.jpg", 640]' --memory 1GB
  stint doctor                             what can this machine enforce?
`,
  run: `Examples:
  stint run --memory 512MB --cpu-time 10s --wall-time 30s -- make -j4
  stint run --processes 8 --report stint.json --junit stint.xml -- ./build.sh
  stint run --profile build -- npm run build      limits from stint.json
`,
  call: `Examples:
  stint call ./tasks.js#resize --args '["photo.jpg", 640]' --memory 1GB --wall-time 5s
  stint call ./tasks.js --args '[]'               the default export
`,
  measure: `Examples:
  stint measure -n 5 -- npm test
  stint measure --chart --plot usage.svg -- node build.js
`,
  doctor: `Examples:
  stint doctor
  stint doctor --json
`,
  completions: `Examples:
  stint completions bash > /etc/bash_completion.d/stint
  stint completions zsh > "\${fpath[1]}/_stint"
  stint completions fish > ~/.config/fish/completions/stint.fish
`,
} as const
