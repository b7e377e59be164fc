package exactlyonce

import "sync"

// told is a log in which notifications are counted by their address.
type told struct {
	quietLog
	mu     sync.Mutex // guards what follows
	counts map[string]int
	firsts map[string]chan struct{}
}

// first is closed when something is told to the address for the first time.
func (l *told) first(address string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.firsts == nil {
		l.counts, l.firsts = map[string]int{}, map[string]chan struct{}{}
	}
	l.firsts[address] = make(chan struct{})
	return l.firsts[address]
}

func (l *told) count(address string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts[address]
}

func (l *told) Info(text string, fields ...any) {
	if text != "notification" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := 0; i+1 < len(fields); i += 2 {
		address, _ := fields[i+1].(string)
		if fields[i] != "address" || l.firsts[address] == nil {
			continue
		}
		if l.counts[address]++; l.counts[address] == 1 {
			close(l.firsts[address])
		}
	}
}

// quietLog drops what else is logged.
type quietLog struct{}

func (quietLog) Debug(string, ...any) {}
func (quietLog) Warn(string, ...any)  {}
func (quietLog) Error(string, ...any) {}
