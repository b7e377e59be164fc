package simulation

import "time"

// The fields of a struct that says how long things take are given by pointers,
// each time in the same order.

// Complete sets the times that are zero to what is usual.
func Complete(times, usual []*time.Duration) {
	for i, d := range times {
		if *d == 0 {
			*d = *usual[i]
		}
	}
}

// Divide has everything take a fraction of its time.
func Divide(times []*time.Duration, by float64) {
	for _, d := range times {
		*d = time.Duration(float64(*d) / by)
	}
}
