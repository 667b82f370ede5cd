#pragma once

/// For what the sanitizers would misread: it runs on another stack in the memory of another process, or looks at memory
/// that it does not own. Nothing of it is compiled differently without them.
#define STINT_UNSANITIZED __attribute__((no_sanitize("address", "undefined")))
