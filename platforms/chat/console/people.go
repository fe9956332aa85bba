package console

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/platforms/chat/console/view"
)

// stranger says things to somebody whose language nobody knows yet.
func (c *Console) stranger() *view.Viewer {
	brands := c.opt.Brands()
	v := &view.Viewer{Brands: brands, Brand: &bot.Brand{}, Lang: bot.English, Zone: time.UTC, Print: c.opt.Print, Now: c.opt.Now}
	if all := brands.All(); len(all) > 0 && all[0].Language != "" {
		v.Lang = all[0].Language
	}
	return v
}

// everyone shows who one can be, in every brand.
func (c *Console) everyone(w http.ResponseWriter, r *http.Request) {
	v := c.viewerFor(r, "")
	if v == nil {
		v = c.stranger()
	}
	write(w, http.StatusOK, v.Plain(view.Plain{Title: v.Say("people_title"), Text: v.Say("people_text"), Everyone: true}))
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
	if home {
		write(w, http.StatusNotFound, v.Plain(view.Plain{Title: v.Say("nothing_title"), Text: v.Say("nothing_text"), Home: true}))
		return
	}
	write(w, http.StatusOK, v.Plain(view.Plain{Title: v.Say("nobody_title"), Text: v.Say("nobody_text")}))
}

// askToken asks for the token; fault says what was wrong with the last one.
func (c *Console) askToken(w http.ResponseWriter, r *http.Request, fault string, status int) {
	v := c.stranger()
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		writeJSON(w, status, reply{Refused: true, Notice: c.word(v, card.W("console.token_text"))})
		return
	}
	text := v.Say("token_text")
	if fault != "" {
		text = v.Say(fault)
	}
	write(w, status, v.Plain(view.Plain{Title: v.Say("token_title"), Text: text, Token: true}))
}
