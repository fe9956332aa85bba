package view

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/console/room"
	"ponte/storage"
)

//go:embed page style script
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"asset": assetLink}).
	ParseFS(files, "page/*.html"))

// AssetPath is where the assets are served. It changes when any of them does,
// so that browsers may keep them for ever.
var AssetPath = func() string {
	sum := sha256.New()
	_ = fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			body, _ := files.ReadFile(name)
			sum.Write(body)
		}
		return err
	})
	return "/console/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/"
}()

func assetLink(file string) string { return AssetPath + file }

// Asset serves a stylesheet or a module.
func Asset(w http.ResponseWriter, r *http.Request) {
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
	V       *Viewer
	Room    string
	Name    string // of the channel
	Thread  bot.ID
	Top     *seen // what the thread stands under
	List    []seen
	Earlier string // address of the earlier ones
	Link    string
	Square  string
	Decides bool // a channel only for decisions
	Last    bot.ID
}

// Seen is the newest message of the thread that the pane shows; empty for a room.
func (p *paneView) Seen() bot.ID {
	if p.Thread == "" || len(p.List) == 0 {
		return p.Thread
	}
	return p.List[len(p.List)-1].Ref
}

// pageView is the whole page.
type pageView struct {
	V      *Viewer
	Rooms  roomsView
	Room   *paneView
	Thread *paneView
	Pane   string // the one that a narrow page shows: rooms, room or thread
	Since  string
	Title  string
}

// roomPane reads a channel's messages.
func (v *Viewer) roomPane(tx *storage.Tx, in string, before bot.ID) (*paneView, error) {
	ch, _ := v.Channel(in)
	p := &paneView{V: v, Room: in, Name: ch.ID, Link: Link(v.Brand.ID, in, ""), Square: web(v.Square), Decides: ch.ID == v.Brand.Approvals.Channel && !ch.Default}
	st, err := room.Stand(tx, v.Brand.ID, v.User, in, "")
	if err != nil {
		return nil, err
	}
	p.Last = st.Last
	return p, v.fill(tx, p, before, st.Read)
}

// threadPane reads a message and what stands under it. An answer within the
// thread opens the thread it stands in.
func (v *Viewer) threadPane(tx *storage.Tx, in string, ref, before bot.ID) (*paneView, error) {
	m, err := room.In(tx, v.Brand.ID, in, ref)
	if err == nil && m.Thread != "" {
		m, err = room.In(tx, v.Brand.ID, in, m.Thread)
	}
	if err != nil {
		return nil, err
	}
	top, err := v.look(tx, m)
	if err != nil {
		return nil, err
	}
	ch, _ := v.Channel(in)
	p := &paneView{V: v, Room: in, Name: ch.ID, Thread: m.ID, Top: &top, Link: Link(v.Brand.ID, in, string(m.ID))}
	st, err := room.Stand(tx, v.Brand.ID, v.User, in, m.ID)
	if err != nil {
		return nil, err
	}
	p.Last = st.Last
	return p, v.fill(tx, p, before, st.Read)
}

// fill reads a pane's messages, marking the first one after read as new.
func (v *Viewer) fill(tx *storage.Tx, p *paneView, before, read bot.ID) error {
	list, more, err := room.Latest(tx, v.Brand.ID, p.Room, p.Thread, before)
	if err != nil {
		return err
	}
	if more {
		p.Earlier = p.Link + "?before=" + string(list[0].ID)
	}
	for i, m := range list {
		s, err := v.look(tx, m)
		if err != nil {
			return err
		}
		s.New = read != "" && m.ID > read && i > 0 && list[i-1].ID <= read
		p.List = append(p.List, s)
	}
	return nil
}

// May returns the card with the buttons that the viewer may press.
func (v *Viewer) May(k *card.Card) *card.Card {
	if k == nil {
		return nil
	}
	own := *k
	own.Actions = nil
	for _, a := range k.Actions {
		if len(a.Needs) == 0 || v.Person.Has(a.Needs...) {
			own.Actions = append(own.Actions, a)
		}
	}
	return &own
}

// Link is the page's address of a room, or of a thread in it.
func Link(brand bot.BrandID, in, ref string) string {
	link := "/c/" + url.PathEscape(string(brand)) + "/" + url.PathEscape(in)
	if ref != "" {
		link += "/" + url.PathEscape(ref)
	}
	return link
}

// Where is what of the page is asked for; empty fields are not.
type Where struct {
	Room   string
	Thread bot.ID
	Before bot.ID // show what came before this message
	Rooms  bool   // a narrow page shows the list of rooms
}

// Page draws the whole page. The error is room.Missing when the message whose
// thread is asked for is not in the room.
func (v *Viewer) Page(tx *storage.Tx, at Where, since string) (string, error) {
	p := pageView{V: v, Since: since, Pane: "room", Title: v.Brand.Name}
	if at.Rooms {
		p.Pane = "rooms"
	}
	in := cmp.Or(at.Room, v.Home())
	var err error
	if p.Rooms, err = v.rooms(tx, in); err != nil {
		return "", err
	}
	if in == "" {
		return render("page", p), nil
	}
	roomBefore, threadBefore := at.Before, bot.ID("")
	if at.Thread != "" {
		roomBefore, threadBefore = "", at.Before
		p.Pane = "thread"
		if p.Thread, err = v.threadPane(tx, in, at.Thread, threadBefore); err != nil {
			return "", err
		}
	}
	if p.Room, err = v.roomPane(tx, in, roomBefore); err != nil {
		return "", err
	}
	p.Title = p.Room.Name + " · " + p.Title
	return render("page", p), nil
}

// Pane draws the messages of a room, or the thread under one of them.
func (v *Viewer) Pane(tx *storage.Tx, at Where) (string, error) {
	if at.Thread != "" {
		p, err := v.threadPane(tx, at.Room, at.Thread, at.Before)
		if err != nil {
			return "", err
		}
		return render("thread", p), nil
	}
	p, err := v.roomPane(tx, at.Room, at.Before)
	if err != nil {
		return "", err
	}
	return render("room", p), nil
}

// Message draws one message.
func (v *Viewer) Message(tx *storage.Tx, m room.Message) (string, error) {
	s, err := v.look(tx, m)
	if err != nil {
		return "", err
	}
	return render("message", s), nil
}

// Notice draws a card that only the viewer sees and nobody keeps.
func (v *Viewer) Notice(k card.Card) string { return render("message", v.notice(k)) }

// Form draws a form, to be sent from a room or a thread.
func (v *Viewer) Form(f card.Form, in, thread string) string {
	return render("form", v.form(f, in, thread))
}

// Rooms draws the list of rooms with what is unread in them.
func (v *Viewer) Rooms(tx *storage.Tx) (string, error) {
	list, err := v.rooms(tx, "")
	if err != nil {
		return "", err
	}
	return render("rooms", list), nil
}

// Plain is a page of few words.
type Plain struct {
	Title, Text string
	Token       bool // it asks for the token
	Everyone    bool // it lists who one can be
	Home        bool // it leads back
}

// Plain draws a page of few words.
func (v *Viewer) Plain(p Plain) string {
	type brandPeople struct {
		Name   string
		People []personView
	}
	view := struct {
		Plain
		V      *Viewer
		Brands []brandPeople
	}{Plain: p, V: v}
	for _, b := range v.Brands.All() {
		if list := v.people(&b); p.Everyone && len(list) > 0 {
			view.Brands = append(view.Brands, brandPeople{b.Name, list})
		}
	}
	return render("plain", view)
}
