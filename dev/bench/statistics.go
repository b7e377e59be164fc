package main

import (
	"math"
	"slices"
	"time"
)

// percentile is the smallest value that p percent of the values do not exceed
// (the nearest rank). It is 0 if there are none.
func percentile[T ~int | ~int64 | ~float64](values []T, p float64) T {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	rank := int(math.Ceil(p / 100 * float64(len(sorted))))
	return sorted[max(rank, 1)-1]
}

func median[T ~int | ~int64 | ~float64](values []T) T { return percentile(values, 50) }

// ratio is 0 where there is nothing to divide by: JSON knows no infinity.
func ratio(a, b float64) float64 {
	if b == 0 {
		return 0
	}
	return round(a / b)
}

func lowest(values []float64) float64  { return percentile(values, 0) }
func highest(values []float64) float64 { return percentile(values, 100) }

// round keeps three digits after the point.
func round(x float64) float64 { return math.Round(x*1000) / 1000 }

func millis(d time.Duration) float64 { return round(float64(d) / float64(time.Millisecond)) }

func seconds(d time.Duration) float64 { return round(d.Seconds()) }
