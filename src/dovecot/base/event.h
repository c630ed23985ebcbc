#ifndef BACKSCATTER_EVENT_H
#define BACKSCATTER_EVENT_H

/* What we say to the log and to Dovecot's events. */

struct event;
struct event_category;

/* The category of all our events. */
extern struct event_category backscatter_event_category;

/* An event with our category and log prefix. The caller unrefs it. */
struct event *backscatter_event_create(struct event *parent);
/* Log what is wrong with the configuration: each text at most once an hour. */
void backscatter_log_config_error(struct event *event, const char *error);
void backscatter_log_config_warning(struct event *event, const char *warning);

#endif
