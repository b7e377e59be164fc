// Package simulation is what the simulated clouds of the tests have in common,
// whatever they simulate: clocks, how long things take, what happens when, what
// goes wrong, and how fast they may be asked. It knows no cloud.
package simulation
