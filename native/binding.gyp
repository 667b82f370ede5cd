{
  "variables": {
    "keeper_static%": "<!(node -p \"require(require('fs').existsSync('./native/static.cjs') ? './native/static.cjs' : './static.cjs')()\")",
    "stint_sanitize%": ""
  },
  "target_defaults": {
    "include_dirs": ["."],
    "cflags_cc!": ["-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++20", "-Wall", "-Wextra", "-Werror", "-fvisibility=hidden"],
    "conditions": [
      ["stint_sanitize!=''", {
        "cflags": ["-fsanitize=<(stint_sanitize)", "-fno-omit-frame-pointer", "-g"],
        "ldflags": ["-fsanitize=<(stint_sanitize)"]
      }]
    ]
  },
  "targets": [
    {
      # What addon, keeper and native tests share, compiled once.
      "target_name": "stint-shared",
      "type": "static_library",
      "product_prefix": "lib",
      "product_extension": "a",
      "sources": ["<!@(node -p \"require(require('fs').existsSync('./native/sources.cjs') ? './native/sources.cjs' : './sources.cjs')('shared')\")"],
      "cflags_cc": ["-include", "support/glibc_floor.h"]
    },
    {
      "target_name": "stint",
      "dependencies": ["stint-shared"],
      "sources": ["<!@(node -p \"require(require('fs').existsSync('./native/sources.cjs') ? './native/sources.cjs' : './sources.cjs')('addon')\")"],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc": ["-include", "support/glibc_floor.h"],
      # Threads and finalizers may outlive the environment that loaded the addon: it stays in memory.
      # Every worker is a copy of a process that has it: what is bound at once need not be bound in each of them.
      "ldflags": ["-Wl,-z,nodelete", "-Wl,-z,now"]
    },
    {
      "target_name": "stint-keeper",
      "type": "executable",
      "dependencies": ["stint-shared"],
      "sources": ["<!@(node -p \"require(require('fs').existsSync('./native/sources.cjs') ? './native/sources.cjs' : './sources.cjs')('keeper')\")"],
      "conditions": [["keeper_static==1 and stint_sanitize==''", { "ldflags": ["-static"] }]]
    },
    {
      "target_name": "stint-native-tests",
      "type": "executable",
      "dependencies": ["stint-shared"],
      "sources": ["<!@(node -p \"require(require('fs').existsSync('./native/sources.cjs') ? './native/sources.cjs' : './sources.cjs')('tests')\")"]
    }
  ]
}
