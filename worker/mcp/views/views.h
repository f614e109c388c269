#ifndef MCP_VIEWS_VIEWS_H
#define MCP_VIEWS_VIEWS_H

/* Pages for hosts that show them beside a tool's result (MCP Apps): each is one
 * document that asks for nothing from elsewhere.  Made from the files of this
 * folder. */

extern const char view_chart[];

#define VIEW_MIME "text/html;profile=mcp-app"
/* Nothing may be loaded, and nowhere be sent. */
#define VIEW_META                                                              \
	"{\"ui\":{\"csp\":{\"connectDomains\":[],\"resourceDomains\":[],"      \
	"\"frameDomains\":[],\"baseUriDomains\":[]},\"prefersBorder\":true}}"

#endif
