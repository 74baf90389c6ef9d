"""How long a test waits for what must come: so long that only what never comes is given up.

A test waits for a state and says nothing about speed by it: on a busy machine all takes many times as long.
What is to be quick is measured in seconds of CPU, which the neighbours hardly change.
"""

#: Seconds for processes, servers and jobs.
PATIENCE = 600.0
#: Milliseconds for what a browser is to show or to do.
BROWSER_PATIENCE = 90_000
