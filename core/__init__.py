"""The host: knows no addon and no business document."""

import gc

# A start makes a million objects and no garbage: by the threshold of 700 a fifth of it went into looking
# for some.
gc.set_threshold(50_000, 20, 100)
