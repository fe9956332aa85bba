package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/platforms/chat/console/upload"
	"ponte/platforms/chat/console/view"
	"ponte/storage"
)

// page shows a channel, with a thread open where the address names one.
func (c *Console) page(w http.ResponseWriter, r *http.Request) {
	brand := r.PathValue("brand")
	v := c.viewerFor(r, bot.BrandID(brand))
	if v == nil {
		c.sorry(w, brand != "")
		return
	}
	if _, err := r.Cookie(asCookie); err != nil {
		keep(w, r, asCookie, url.QueryEscape(string(v.Brand.ID)+"/"+v.User))
	}
	at := where(r)
	at.Rooms = brand != "" && at.Room == ""
	if at.Room != "" && !v.Sees(at.Room) {
		c.sorry(w, true)
		return
	}
	since := c.hub.Now()
	html, err := storage.Look(r.Context(), c.store, func(tx *storage.Tx) (string, error) { return v.Page(tx, at, since) })
	if err != nil {
		c.fail(w, err)
		return
	}
	write(w, http.StatusOK, html)
}

func where(r *http.Request) view.Where {
	return view.Where{Room: r.PathValue("room"), Thread: bot.ID(r.PathValue("ref")), Before: before(r)}
}

func before(r *http.Request) bot.ID { return bot.ID(r.URL.Query().Get("before")) }

// pane serves a room or a thread alone: as HTML for the page, as JSON for scripts.
func (c *Console) pane(w http.ResponseWriter, r *http.Request, v *view.Viewer) {
	at := where(r)
	if !v.Sees(at.Room) {
		http.NotFound(w, r)
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		c.raw(w, r, v, at.Room, string(at.Thread))
		return
	}
	html, err := storage.Look(r.Context(), c.store, func(tx *storage.Tx) (string, error) { return v.Pane(tx, at) })
	if err != nil {
		c.fail(w, err)
		return
	}
	write(w, http.StatusOK, html)
}

// rawMessage is a message as scripts get it.
type rawMessage struct {
	Ref       bot.ID         `json:"ref"`
	Thread    bot.ID         `json:"thread,omitempty"`
	By        string         `json:"by,omitempty"`
	Text      string         `json:"text,omitempty"`
	Pictures  []string       `json:"pictures,omitempty"`
	Card      *card.Card     `json:"card,omitempty"`
	Mention   []string       `json:"mention,omitempty"`
	Reactions map[string]int `json:"reactions,omitempty"`
}

// raw serves the newest messages of a room, or those of a thread with the one
// they stand under first, as JSON.
func (c *Console) raw(w http.ResponseWriter, r *http.Request, v *view.Viewer, in, ref string) {
	list, err := storage.Look(r.Context(), c.store, func(tx *storage.Tx) ([]room.Message, error) {
		var top []room.Message
		if ref != "" {
			m, err := room.In(tx, v.Brand.ID, in, bot.ID(ref))
			if err != nil {
				return nil, err
			}
			top = append(top, m)
		}
		list, _, err := room.Latest(tx, v.Brand.ID, in, bot.ID(ref), before(r))
		return append(top, list...), err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	out := []rawMessage{}
	for _, m := range list {
		raw := rawMessage{Ref: m.ID, Thread: m.Thread, By: m.By, Text: m.Text, Pictures: m.Pictures, Card: v.May(m.Card), Mention: m.Mention}
		for _, re := range m.Reactions {
			if raw.Reactions == nil {
				raw.Reactions = map[string]int{}
			}
			raw.Reactions[re.Emoji] = len(re.By)
		}
		out = append(out, raw)
	}
	writeJSON(w, http.StatusOK, map[string]any{"messages": out})
}

// media serves a picture that Ponte keeps for the viewer's brand.
func (c *Console) media(w http.ResponseWriter, r *http.Request, v *view.Viewer) {
	hash := r.PathValue("hash")
	if c.opt.Media == nil || !upload.Hash(hash) {
		http.NotFound(w, r)
		return
	}
	p, data, err := c.opt.Media.Bytes(r.Context(), v.Brand.ID, hash)
	switch {
	case bot.KindOf(err) == bot.NotFound:
		http.NotFound(w, r)
	case err != nil:
		c.fail(w, err)
	default:
		upload.Show(w, r, p, data)
	}
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func writeJSON(w http.ResponseWriter, status int, data any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(data)
}

// fail answers what went wrong while reading.
func (c *Console) fail(w http.ResponseWriter, err error) {
	if room.Missing(err) {
		c.sorry(w, true)
		return
	}
	c.opt.Log.Error("console: page", "error", err)
	http.Error(w, "The page could not be read.", http.StatusInternalServerError)
}
