package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

// plainView is a page of few words: who are you, the token, nothing here.
type plainView struct {
	V      *viewer
	Title  string
	Text   string
	Token  bool
	Brands []brandPeople
	Home   bool
}

type brandPeople struct {
	Name   string
	People []personView
}

// stranger says things to somebody whose language nobody knows yet.
func (c *Console) stranger() *viewer {
	v := &viewer{c: c, brand: &bot.Brand{}, lang: bot.English, zone: time.UTC}
	if all := c.opt.Brands().All(); len(all) > 0 && all[0].Language != "" {
		v.lang = all[0].Language
	}
	return v
}

// everyone shows who one can be, in every brand.
func (c *Console) everyone(w http.ResponseWriter, r *http.Request) {
	v := c.viewerFor(r, "")
	if v == nil {
		v = c.stranger()
	}
	view := plainView{V: v, Title: v.Say("people_title"), Text: v.Say("people_text")}
	for _, b := range c.opt.Brands().All() {
		if list := v.people(&b); len(list) > 0 {
			view.Brands = append(view.Brands, brandPeople{b.Name, list})
		}
	}
	write(w, http.StatusOK, "plain", view)
}

// become remembers who one is from now on.
func (c *Console) become(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	brand, user, _ := strings.Cut(r.PostFormValue("who"), "/")
	v := c.person(c.opt.Brands(), bot.BrandID(brand), user)
	if v == nil {
		c.sorry(w, true)
		return
	}
	keep(w, r, asCookie, url.QueryEscape(brand+"/"+user))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// sorry answers that there is nothing here, for this person at least.
func (c *Console) sorry(w http.ResponseWriter, home bool) {
	v := c.stranger()
	view := plainView{V: v, Title: v.Say("nothing_title"), Text: v.Say("nothing_text"), Home: home}
	status := http.StatusNotFound
	if !home {
		view.Title, view.Text, status = v.Say("nobody_title"), v.Say("nobody_text"), http.StatusOK
	}
	write(w, status, "plain", view)
}

// askToken asks for the token; fault says what was wrong with the last one.
func (c *Console) askToken(w http.ResponseWriter, r *http.Request, fault string, status int) {
	v := c.stranger()
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		writeJSON(w, status, reply{Refused: true, Notice: c.word(v, card.W("console.token_text"))})
		return
	}
	view := plainView{V: v, Title: v.Say("token_title"), Text: v.Say("token_text"), Token: true}
	if fault != "" {
		view.Text = v.Say(fault)
	}
	write(w, status, "plain", view)
}
