package check

import "strings"

// topLevel reports whether a name on the Internet may end so: those of all
// countries, and of the others those that people use.
func topLevel(name string) bool {
	return strings.HasPrefix(name, "xn--") || strings.Contains(endings, " "+name+" ")
}

const endings = " " + countries + generic + " "

const countries = "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz " +
	"ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr " +
	"ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp " +
	"ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz " +
	"na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw " +
	"sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz " +
	"ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw "

const generic = "com org net edu gov mil int info biz name pro mobi tel jobs travel museum coop aero cat asia post arpa " +
	"app dev page blog shop store online site website web tech cloud digital agency studio design media social network news live " +
	"art club xyz top link click space world today life email support help team events event video photo photos pics gallery " +
	"music film show theater tickets fun games game play fit yoga health care clinic dental coffee cafe bar pub pizza beer wine " +
	"restaurant kitchen recipes food farm garden green earth eco fashion style clothing shoes beauty hair salon kids baby toys gift gifts " +
	"home house casa rent land estate properties hotel holiday tours voyage viajes vacations cruises flights taxi bike cars auto " +
	"bank finance money fund tax insurance law legal lawyer consulting solutions services systems software company business group " +
	"gmbh ltd inc academy school college university education courses training institute science foundation charity ngo ong " +
	"madrid barcelona gal eus bcn london paris berlin wien roma nyc tokyo miami quebec scot wales cymru lat moda soy vip wtf ninja guru"
