// Package exactlyonce proves docs/exactly-once.md. Each row of its table is a
// call that takes effect, whose answer is lost, and whose worker dies before it
// can tell anybody; another worker makes the call again, and the effects at the
// other end are counted.
package exactlyonce
