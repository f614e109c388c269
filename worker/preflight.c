/* What -t asks of the rooms. */

#include "config/conf.h"
#include "http/tls.h"
#include "proc/heritage.h"
#include "store/store.h"

int
check_main(const struct conf *conf, struct err *e)
{
	struct tls *tls;

	if (store_check_url(conf, e) < 0)
		return -1;
	if (conf->tls_certificate_pem.n == 0 && conf->tls_key_pem.n == 0)
		return 0;
	tls = tls_new(conf, NULL, e);
	if (tls == NULL)
		return -1;
	tls_free(&tls);
	return 0;
}
