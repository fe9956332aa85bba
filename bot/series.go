package bot

import "time"

// SeriesState is how a series stands.
type SeriesState string

// The states of a series.
const (
	SeriesAsked SeriesState = "in review" // nobody agreed on it yet
	SeriesRuns  SeriesState = "running"
	SeriesOff   SeriesState = "off" // rejected, or stopped by a person
	SeriesOver  SeriesState = "over"
)

// SeriesMoves is the table of allowed moves of a series.
var SeriesMoves = map[SeriesState][]SeriesState{
	SeriesAsked: {SeriesRuns, SeriesOff, SeriesOver},
	SeriesRuns:  {SeriesAsked, SeriesOff, SeriesOver},
	SeriesOff:   {},
	SeriesOver:  {},
}

// Repeat is when something is said again and again: by the clock on the wall of its
// zone, with an end.
type Repeat struct {
	Rule  string    `json:"rule"`           // five fields of cron: "0 9 * * 2"
	Zone  string    `json:"zone"`           // IANA name
	From  time.Time `json:"from"`           // no time before
	Until time.Time `json:"until,omitzero"` // no time after; zero: Times ends it
	Times int       `json:"times,omitempty"`
}

// Series says the same at times that come again. Each time is a draft of its own,
// which can be edited and taken back alone; while its content is the series's, the
// decision on the series is the decision on it. A time is named by its Slot, the
// clock on the wall ("2026-12-01T09:00"), with the offset where the clock shows it
// twice and both are meant.
type Series struct {
	ID       ID          `json:"id"`
	Number   int         `json:"number"` // as people name it, counted in its brand from 1
	Brand    BrandID     `json:"brand"`
	By       PersonID    `json:"by"`
	Token    string      `json:"token"`
	At       time.Time   `json:"at"`
	Content  Content     `json:"content"` // with Repeat, without When
	Campaign string      `json:"campaign,omitempty"`
	Wrote    []PersonID  `json:"wrote,omitempty"`
	Request  ID          `json:"request,omitempty"` // the newest decision that was asked for
	State    SeriesState `json:"state"`
	Made     int         `json:"made"`             // slots that came to be drafts, or were passed over
	Last     time.Time   `json:"last,omitzero"`    // the last of them
	WakeAt   time.Time   `json:"wake_at,omitzero"` // when the clock must look at it; zero: never
	Missed   int         `json:"missed,omitempty"` // slots that passed while nobody could say them, and that nobody was told of yet
	Revision int         `json:"revision"`

	MissedFrom time.Time `json:"missed_from,omitzero"` // the first of them
	MissedTo   time.Time `json:"missed_to,omitzero"`   // the last
}

// Move changes the state, or returns a Conflict when the table does not allow it.
func (s *Series) Move(to SeriesState) error {
	for _, ok := range SeriesMoves[s.State] {
		if ok == to {
			s.State = to
			return nil
		}
	}
	return Errorf(Conflict, "error.series_move", "From", string(s.State), "To", string(to))
}

// Over reports whether no further time of the series comes.
func (s *Series) Over() bool { return len(SeriesMoves[s.State]) == 0 }
