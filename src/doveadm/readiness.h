#ifndef DOVEADM_BACKSCATTER_READINESS_H
#define DOVEADM_BACKSCATTER_READINESS_H

/* Whether enough was seen in mode audit to change it to enforce. */

/* So many bounces have to have been judged, and so many of them genuine. */
#define BACKSCATTER_READY_BOUNCES 100
#define BACKSCATTER_READY_GENUINE 20

/* Returns one sentence for the admin, without a line end (data stack).
   unsigned_hosts are those from which mail of ours was seen that is not signed:
   NULL if none was, and "" if that was not looked for. */
const char *t_backscatter_readiness(uint64_t bounces, uint64_t genuine,
				    const char *unsigned_hosts);

#endif
