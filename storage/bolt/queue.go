package bolt

import "sync"

// queue holds the updates that wait for the writer, in two lanes.
type queue struct {
	mu     sync.Mutex
	urgent []*job
	other  []*job
	closed bool
	wake   chan struct{} // the writer may have something to do
}

// add returns false when the queue is closed.
func (q *queue) add(j *job) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	if j.urgent {
		q.urgent = append(q.urgent, j)
	} else {
		q.other = append(q.other, j)
	}
	q.poke()
	return true
}

// close returns false when the queue was closed before.
func (q *queue) close() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.closed = true
	q.poke()
	return true
}

func (q *queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// take returns the next job, urgent ones first; nil when none waits.
func (q *queue) take() (j *job, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, lane := range []*[]*job{&q.urgent, &q.other} {
		for len(*lane) > 0 {
			j, (*lane)[0] = (*lane)[0], nil
			*lane = (*lane)[1:]
			if j.claim() {
				return j, q.closed
			}
		}
	}
	return nil, q.closed
}

// wait returns the next job when there is one, and nil when the queue is closed
// and empty.
func (q *queue) wait() *job {
	for {
		j, closed := q.take()
		if j != nil || closed {
			return j
		}
		<-q.wake
	}
}
