#ifndef BACKSCATTER_EVENT_H
#define BACKSCATTER_EVENT_H

/* Our event category, and log lines about the configuration. */

struct event;
struct event_category;

/* The category of all our events. */
extern struct event_category backscatter_event_category;

/* Returns an event with our category and log prefix. The parent may be NULL.
   The caller unrefs it. */
struct event *backscatter_event_create(struct event *parent);
/* Log that the configuration is wrong. A process logs each text at most once an
   hour. */
void backscatter_log_config_error(struct event *event, const char *error);
void backscatter_log_config_warning(struct event *event, const char *warning);

#endif
