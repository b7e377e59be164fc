package worker

import _ "time/tzdata" // execution windows name time zones, and not every machine has them
