package console

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/storage"
)

//go:embed page style script
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"asset": assetLink, "emoji": func() []string { return picker }}).
	ParseFS(files, "page/*.html"))

// version changes when any asset does; it is part of their address, so that
// browsers may keep them for ever.
var version, assetPath = func() (string, string) {
	sum := sha256.New()
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			body, _ := files.ReadFile(name)
			sum.Write(body)
		}
		return err
	})
	v := hex.EncodeToString(sum.Sum(nil))[:12]
	return v, "/console/" + v + "/"
}()

func assetLink(file string) string { return assetPath + file }

// asset serves a stylesheet or a module.
func asset(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	folder := map[string]string{".css": "style", ".js": "script", ".svg": "style"}[path.Ext(file)]
	body, err := files.ReadFile(path.Join(folder, file))
	if folder == "" || err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(file)))
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(body)
}

// render draws a template; the templates are tested with everything they can get.
func render(name string, data any) string {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, name, data); err != nil {
		panic(err)
	}
	return b.String()
}

// paneView is the messages of a room, or the thread under one of them.
type paneView struct {
	V       *viewer
	Room    string
	Name    string // of the channel
	Thread  bot.ID
	Top     *seen // what the thread stands under
	List    []seen
	Earlier string // address of the earlier ones
	Link    string
	Square  string
	Last    bot.ID
}

// pageView is the whole page.
type pageView struct {
	V      *viewer
	Rooms  roomsView
	Room   *paneView
	Thread *paneView
	Pane   string // the one that a narrow page shows: rooms, room or thread
	Since  string
	Title  string
}

// page shows a channel, with a thread open where the address names one.
func (c *Console) page(w http.ResponseWriter, r *http.Request) {
	brand, room, ref := r.PathValue("brand"), r.PathValue("room"), r.PathValue("ref")
	v := c.viewerFor(r, bot.BrandID(brand))
	if v == nil {
		c.sorry(w, brand != "")
		return
	}
	if _, err := r.Cookie(asCookie); err != nil {
		keep(w, r, asCookie, url.QueryEscape(v.Brand()+"/"+v.user))
	}
	view := pageView{V: v, Since: c.hub.now(), Pane: "room"}
	if brand != "" && room == "" {
		view.Pane = "rooms"
	}
	if room != "" && !v.sees(room) {
		c.sorry(w, true)
		return
	}
	room = cmp.Or(room, v.home())
	err := c.store.View(r.Context(), func(tx *storage.Tx) (err error) {
		if view.Rooms, err = c.rooms(tx, v, room); err != nil || room == "" {
			return err
		}
		if view.Room, err = c.roomPane(tx, v, room, before(r, ref == "")); err != nil || ref == "" {
			return err
		}
		view.Thread, err = c.threadPane(tx, v, room, ref, before(r, true))
		view.Pane = "thread"
		return err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	view.Title = v.brand.Name
	if view.Room != nil {
		view.Title = view.Room.Name + " · " + view.Title
	}
	write(w, http.StatusOK, "page", view)
}

func before(r *http.Request, here bool) bot.ID {
	if !here {
		return ""
	}
	return bot.ID(r.URL.Query().Get("before"))
}

// roomPane reads a channel's messages.
func (c *Console) roomPane(tx *storage.Tx, v *viewer, room string, before bot.ID) (*paneView, error) {
	ch, _ := v.channel(room)
	p := &paneView{V: v, Room: room, Name: ch.ID, Link: linkTo(v.brand.ID, room, ""), Square: web(c.opt.Square)}
	st, err := stand(tx, v.brand.ID, v.user, room, "")
	if err != nil {
		return nil, err
	}
	p.Last = st.Last
	return p, c.fill(tx, p, before, st.Read)
}

// threadPane reads a message and what stands under it. An answer within the
// thread opens the thread it stands in.
func (c *Console) threadPane(tx *storage.Tx, v *viewer, room, ref string, before bot.ID) (*paneView, error) {
	m, err := c.standing(tx, v.brand.ID, room, ref)
	if err == nil && m.Thread != "" {
		m, err = c.standing(tx, v.brand.ID, room, string(m.Thread))
	}
	if err != nil {
		return nil, err
	}
	top, err := c.look(tx, v, m, "")
	if err != nil {
		return nil, err
	}
	ch, _ := v.channel(room)
	p := &paneView{V: v, Room: room, Name: ch.ID, Thread: m.ID, Top: &top, Link: linkTo(v.brand.ID, room, string(m.ID))}
	st, err := stand(tx, v.brand.ID, v.user, room, m.ID)
	if err != nil {
		return nil, err
	}
	p.Last = st.Last
	return p, c.fill(tx, p, before, st.Read)
}

// fill reads a pane's messages, marking the first one after read as new.
func (c *Console) fill(tx *storage.Tx, p *paneView, before, read bot.ID) error {
	list, more, err := latest(tx, p.V.brand.ID, p.Room, p.Thread, before)
	if err != nil {
		return err
	}
	if more {
		p.Earlier = p.Link + "?before=" + string(list[0].ID)
	}
	for i, m := range list {
		s, err := c.look(tx, p.V, m, "")
		if err != nil {
			return err
		}
		s.New = read != "" && m.ID > read && i > 0 && list[i-1].ID <= read
		p.List = append(p.List, s)
	}
	return nil
}

// pane serves a room or a thread alone: as HTML for the page, as JSON for scripts.
func (c *Console) pane(w http.ResponseWriter, r *http.Request, v *viewer) {
	room, ref := r.PathValue("room"), r.PathValue("ref")
	if !v.sees(room) {
		http.NotFound(w, r)
		return
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		c.raw(w, r, v, room, ref)
		return
	}
	p, err := storage.Look(r.Context(), c.store, func(tx *storage.Tx) (*paneView, error) {
		if ref != "" {
			return c.threadPane(tx, v, room, ref, before(r, true))
		}
		return c.roomPane(tx, v, room, before(r, true))
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	name := "room"
	if ref != "" {
		name = "thread"
	}
	write(w, http.StatusOK, name, p)
}

// rawMessage is a message as scripts get it.
type rawMessage struct {
	Ref       bot.ID         `json:"ref"`
	Thread    bot.ID         `json:"thread,omitempty"`
	By        string         `json:"by,omitempty"`
	Text      string         `json:"text,omitempty"`
	Card      *card.Card     `json:"card,omitempty"`
	Mention   []string       `json:"mention,omitempty"`
	Reactions map[string]int `json:"reactions,omitempty"`
}

// raw serves the newest messages of a room, or those of a thread with the one
// they stand under first, as JSON.
func (c *Console) raw(w http.ResponseWriter, r *http.Request, v *viewer, room, ref string) {
	list, err := storage.Look(r.Context(), c.store, func(tx *storage.Tx) ([]message, error) {
		var top []message
		if ref != "" {
			m, err := c.standing(tx, v.brand.ID, room, ref)
			if err != nil {
				return nil, err
			}
			top = append(top, m)
		}
		list, _, err := latest(tx, v.brand.ID, room, bot.ID(ref), before(r, true))
		return append(top, list...), err
	})
	if err != nil {
		c.fail(w, err)
		return
	}
	out := []rawMessage{}
	for _, m := range list {
		raw := rawMessage{Ref: m.ID, Thread: m.Thread, By: m.By, Text: m.Text, Card: v.may(m.Card), Mention: m.Mention}
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

// may returns the card with the buttons that the viewer may press.
func (v *viewer) may(k *card.Card) *card.Card {
	if k == nil {
		return nil
	}
	own := *k
	own.Actions = nil
	for _, a := range k.Actions {
		if len(a.Needs) == 0 || v.person.Has(a.Needs...) {
			own.Actions = append(own.Actions, a)
		}
	}
	return &own
}

func write(w http.ResponseWriter, status int, name string, data any) {
	body := render(name, data)
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
	if bot.KindOf(err) == bot.NotFound {
		c.sorry(w, true)
		return
	}
	c.opt.Log.Error("console: page", "error", err)
	http.Error(w, "The page could not be read.", http.StatusInternalServerError)
}
