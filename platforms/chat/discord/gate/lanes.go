package gate

import "sync"

// Lanes deals with what is handed over: in one lane one after the other, in the
// order in which it came, and in different lanes at the same time. It is made by NewLanes.
type Lanes struct {
	most int

	mu      sync.Mutex
	waiting map[string][]func() // of lanes that are busy
	count   int
	all     sync.WaitGroup
}

// NewLanes makes lanes that take so many things at a time.
func NewLanes(most int) *Lanes { return &Lanes{most: most, waiting: map[string][]func(){}} }

// Go has something done in a lane. False means that there is no room for it.
func (l *Lanes) Go(lane string, f func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count >= l.most {
		return false
	}
	l.put(lane, f)
	return true
}

func (l *Lanes) put(lane string, f func()) {
	l.count++
	queue, busy := l.waiting[lane]
	if l.waiting[lane] = append(queue, f); !busy {
		l.all.Go(func() { l.work(lane) })
	}
}

func (l *Lanes) work(lane string) {
	for {
		l.mu.Lock()
		queue := l.waiting[lane]
		if len(queue) == 0 {
			delete(l.waiting, lane)
			l.mu.Unlock()
			return
		}
		l.waiting[lane] = queue[1:]
		l.mu.Unlock()
		queue[0]()
		l.mu.Lock()
		l.count--
		l.mu.Unlock()
	}
}

// Wait returns when nothing is under way.
func (l *Lanes) Wait() { l.all.Wait() }

// Must has something done in a lane, whatever else there is to do.
func (l *Lanes) Must(lane string, f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(lane, f)
}
