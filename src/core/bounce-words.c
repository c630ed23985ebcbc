/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "bounce-words.h"

static bool words_match(const char *const *words, const char *text)
{
	for (; *words != NULL; words++) {
		if (strstr(text, *words) != NULL)
			return TRUE;
	}
	return FALSE;
}

/* ASCII in lower case; other letters as they are written, so with both cases
   where a subject can begin with them. */
static const char *const words_subject[] = {
	/* English */
	"undeliver", "returned mail", "returned email", "returned message",
	"delivery status", "delivery failure", "delivery failed",
	"delivery has failed", "delivery notification", "delivery report",
	"delivery error", "delivery problem", "delivery delay",
	"warning: message", "warning: could not send",
	"warning--could not send", "not yet delivered",
	"mail delivery", "failed delivery", "failure notice",
	"failure delivery", "mail failure", "mail failed",
	"mail system error", "message delivery", "returning message",
	"returned to sender", "returning to sender", "return to sender",
	"non-deliver", "nondeliver", "not delivered", "not be delivered",
	"could not send", "sending your mail", "sending your message",
	"message you sent blocked", "unable to deliver", "notice: mail",
	"message delayed", "rejected:", "bounced mail", "transcript for details",
	"message not sent", "mail status report", "delivery unsuccessful",
	"user unknown", "email rejected", "mail rejected", "message rejected",
	"message blocked", "delayed mail", "delayed delivery",
	"mail not delivered", "undelivered", "mail could not",
	/* German */
	"unzustellbar", "nicht zugestellt", "nicht zustellbar",
	"zustellung fehlgeschlagen", "zustellungsfehler", "zustellfehler",
	"fehler bei der zustellung", "zustellbenachrichtigung",
	"zustellung verz", "bermittlung fehlgeschlagen",
	/* French */
	"non remis", "non distribu", "non délivr", "chec de la remise",
	"chec de remise", "chec de distribution",
	"chec d'envoi", "notification d'état de remise",
	"avis de non-remise", "non livr",
	/* Spanish, Portuguese, Catalan */
	"no se pudo entregar", "no se puede entregar", "no entregado",
	"no se ha podido entregar", "error de entrega", "error en la entrega",
	"correo devuelto", "mensaje devuelto", "fallo en la entrega",
	"notificación del estado de entrega", "no entregable",
	"não entregue", "não foi entregue", "não foi possível entregar",
	"não pôde ser entregue", "falha na entrega", "falha de entrega",
	"não é possível entregar", "notificação de status de entrega",
	/* Italian */
	"mancato recapito", "mancata consegna", "non recapitabile",
	"non recapitat", "impossibile recapitare", "messaggio non consegnato",
	"notifica di stato del recapito",
	/* Dutch */
	"onbestelbaar", "niet bezorgd", "niet afgeleverd", "kan niet worden",
	"bezorging mislukt", "aflevering mislukt",
	/* Swedish, Danish, Norwegian, Finnish */
	"kunde inte levereras", "kan inte levereras", "ej levererbar",
	"olevererbar", "kunne ikke leveres", "kan ikke leveres",
	"ikke leveret", "ikke levert", "levering mislykkedes",
	"ei voitu toimittaa", "ei voida toimittaa", "toimitus epäonnistui",
	"ei toimitettu",
	/* Estonian, Catalan, Croatian, Indonesian, Vietnamese, Thai */
	"kättetoimetamatu", "no es pot lliurar", "neisporučen",
	"nije isporučen", "nije moguće isporučiti", "tidak terkirim", "tidak dapat dikirim",
	"không gửi được", "không thể gửi", "ไม่สามารถส่ง", "ส่งไม่ได้",
	/* Polish, Czech, Slovak, Hungarian, Romanian */
	"niedostarcz", "nie dostarczon", "nie można dostarczyć",
	"nie można było dostarczyć", "nedoruč", "nelze doručit",
	"nebylo možné doručit", "kézbesíthetetlen", "nem kézbesíthető",
	"kézbesítési hiba", "kézbesítés sikertelen", "nelivrat", "nu a putut fi livrat",
	/* Russian, Ukrainian */
	"недоставлен", "Недоставлен", "не доставлен", "Не доставлен",
	"невозможно доставить", "Невозможно доставить",
	"не удалось доставить", "Не удалось доставить",
	"не удается доставить", "Не удается доставить",
	"не удаётся доставить", "Не удаётся доставить",
	"не может быть доставлен", "ошибка доставки", "Ошибка доставки",
	"не вдалося доставити", "Не вдалося доставити",
	/* Bulgarian */
	"недостави", "Недостави", "не може да бъде доставен",
	"не може да бъде доставено",
	/* Greek, Turkish */
	"δεν παραδόθηκε", "Δεν παραδόθηκε", "αδύνατη η παράδοση",
	"Αδύνατη η παράδοση", "teslim edilemedi", "teslim edilemeyen",
	"iletilemedi", "iletilemeyen",
	/* Japanese */
	"配信不能", "配信できません", "配信エラー", "配信失敗",
	"配達不能", "配達できません", "配信に失敗", "送信エラー",
	"送信できません", "送信不能", "エラーメール", "不達", "未配信",
	"返送されました", "戻りました", "届きませんでした",
	/* Chinese */
	"退信", "无法投递", "無法投遞", "未送达", "未送達", "无法送达",
	"無法傳遞", "无法传递", "投递失败", "投遞失敗", "傳遞失敗",
	"传递失败", "发送失败", "退件", "無法寄送", "送信失敗",
	/* Korean */
	"반송", "배달 실패", "배달되지", "전송 실패", "발송 실패",
	"배달할 수 없", "전달할 수 없",
	/* Hebrew, Arabic */
	"לא ניתן למסירה", "לא ניתן למסור", "לא נמסרה", "لم يتم تسليم",
	"تعذر تسليم", "غير قابل للتسليم",
	"فشل تسليم", "تعذر التسليم",
	NULL
};

/* That a message, and not a parcel, was not delivered. */
static const char *const words_text[] = {
	"message could not be delivered", "message couldn't be delivered",
	"mail could not be delivered", "mail couldn't be delivered",
	"message cannot be delivered", "message can not be delivered",
	"mail cannot be delivered", "message was not delivered",
	"message wasn't delivered", "mail was not delivered",
	"message has not been delivered", "message was undeliverable",
	"message is undeliverable", "message was rejected",
	"message has been rejected", "message was not accepted",
	"message to the following", "message did not reach",
	"did not reach the following recipient", "did not reach some or all",
	"message is being returned", "message returned to sender",
	"mail returned to sender", "deliver your message",
	"deliver your mail", "deliver your email", "deliver your e-mail",
	"deliver message", "deliver mail", "deliver the message",
	"deliver the mail", "delivering your message",
	"delivering your mail", "unable to send your m",
	"sending your mail", "sending your message",
	"had permanent fatal errors", "had transient", "had delivery problems",
	"not be delivered to one or more", "following recipient",
	"delivery to the following recipients", "undeliverable recipient",
	"qmail-send", "rejected your message", "rejected your mail",
	"blocked by our bulk email filter", "could not send message for",
	"could not send mail for", "message has been delayed",
	"message will be retried", "mail system error", "returned mail",
	"message has been blocked", "message has been returned", "has not been delivered",
	"has not yet been delivered", "been automatically rejected",
	"was automatically rejected",
	/* German */
	"nachricht konnte nicht", "mail konnte nicht", "nachricht kann nicht",
	"mail kann nicht", "nachricht wurde nicht zugestellt",
	"mail wurde nicht zugestellt",
	/* French */
	"message n'a pas pu", "message n'a pu", "courriel n'a pas pu",
	"message ne peut pas", "remettre votre message",
	/* Spanish, Portuguese, Italian */
	"entregar el mensaje", "entregar su mensaje", "entregar tu mensaje",
	"mensaje no ha podido", "mensaje no se pudo", "mensaje no pudo",
	"entregar a mensagem", "entregar sua mensagem",
	"mensagem não pôde", "mensagem não foi entregue",
	"recapitare il messaggio", "messaggio non è stato",
	"messaggio non può essere", "consegnare il messaggio",
	/* Dutch, Swedish, Danish, Norwegian, Finnish */
	"bericht kon niet", "bericht kan niet", "bericht is niet",
	"meddelandet kunde inte", "meddelandet till", "meddelande kunde inte",
	"meddelelsen kunne ikke", "meldingen kunne ikke",
	"viestiä ei voitu", "viestiäsi ei voitu",
	/* Polish, Czech, Hungarian */
	"wiadomość nie mogła", "wiadomości nie można",
	"wiadomość nie została", "zprávu nelze doručit",
	"zprávu se nepodařilo", "zpráva nebyla doručena",
	"zpráva zatím nebyla", "üzenetet nem lehet", "üzenete nem kézbesít",
	/* Russian, Ukrainian */
	"сообщение не может быть", "сообщение не доставлено",
	"сообщение не было доставлено", "доставить сообщение",
	"доставить ваше сообщение", "доставить письмо",
	"доставить ваше письмо", "письмо не может быть",
	"письмо не доставлено", "доставити повідомлення",
	/* Polish, Slovak, Romanian, Bulgarian, Croatian, Estonian */
	"dostarczyć wiadomości", "správu sa nepodarilo",
	"mesajul dvs. nu", "mesajul nu", "съобщението не може",
	"съобщението ви не може", "poruka nije isporučena",
	"sõnumit ei saanud",
	/* Catalan, Indonesian, Vietnamese, Thai */
	"lliurar el missatge", "pesan anda tidak", "thư của bạn không",
	"ไม่สามารถส่งข้อความ",
	/* Hebrew, Arabic */
	"ההודעה שלך לא", "למסור את ההודעה", "تسليم رسالتك",
	"تسليم الرسالة",
	/* Greek, Turkish */
	"μήνυμά σας δεν", "μήνυμα δεν παραδόθηκε", "παράδοση του μηνύματος",
	"iletiniz", "mesajınız",
	/* Japanese */
	"メールを配信でき", "メールは配信でき", "メールが配信でき",
	"メールを送信でき", "メールを送信することが", "メールをお届けでき",
	"メールを配達でき", "メールは配達でき", "に配信できません",
	"宛先不明", "エラーメール",
	/* Chinese */
	"邮件无法投递", "邮件无法送达", "邮件未能送达", "邮件投递失败",
	"邮件发送失败", "邮件被退回", "无法投递您的邮件", "退信",
	"郵件無法", "無法傳遞您的郵件", "無法遞送您的郵件", "郵件未能", "退件",
	/* Korean */
	"메일이 반송", "메일이 배달되지", "메일을 배달할 수 없",
	"메시지를 배달할 수 없", "메일이 전송되지", "메일을 보낼 수 없",
	NULL
};

/* That a message comes back: what a web form says of a copy, too. */
static const char *const words_returned[] = {
	"message that you sent", "message you sent", "mail you sent",
	"message with these headers", "original message follows",
	"message headers follow", "copy of the message",
	"copy of your message",
	/* your message to .. */
	"meddelande till", "meddelelse til", "melding til", "letiniz",
	"ההודעה שלך אל",
	NULL
};

/* What servers answer, and what is said of parcels too. */
static const char *const words_hint[] = {
	"could not be delivered", "couldn't be delivered",
	"unable to deliver", "able to deliver", "failed to deliver",
	"could not deliver", "couldn't deliver", "cannot deliver",
	"can't deliver", "unable to send", "delivery to the following",
	"delivery failed", "delivery has failed", "delivery failure",
	"delivery error", "undeliverable", "permanent error",
	"permanent failure", "permanent delivery", "following address",
	"user unknown", "unknown user", "no such user", "recipient unknown",
	"unknown recipient", "unknown host", "recipient not found",
	"mailbox not found", "mailbox unavailable", "mailbox is full",
	"mailbox full", "over quota", "host unknown", "unrouteable address",
	"relaying denied", "relay access denied", "invalid recipient",
	"recipient address rejected", "address does not exist",
	"addresses failed", "address(es) failed", "said: 5",
	"there was a problem delivering", "problem delivering your",
	"has been delayed", "will be retried",
	"nicht zugestellt", "unzustellbar", "non remis", "non distribu",
	"pas pu être remis", "no se pudo entregar",
	"no ha podido ser entregado", "não pôde ser entregue",
	"não foi possível entregar", "não foi entregue",
	"impossibile recapitare", "non è stato recapitato",
	"non è stato possibile recapitare", "niet worden bezorgd",
	"niet worden afgeleverd", "kunde inte levereras",
	"kunne ikke leveres", "ei voitu toimittaa", "nie dostarczono",
	"nie mogła zostać dostarczona", "nelze doručit", "nem kézbesíthető",
	"не доставлен", "недоставлен", "не удалось доставить",
	"не удается доставить", "не может быть доставлен",
	"не было доставлено", "δεν παραδόθηκε", "teslim edilemedi",
	"iletilemedi", "配信できません", "配信不能", "送信できません",
	"配達できません", "届けることができません", "お届けできません",
	"无法投递", "无法送达", "無法傳遞", "未能送达", "投递失败",
	"반송", "배달되지", "전송되지 못", "배달할 수 없",
	NULL
};

/* Mail, and no parcel. */
static const char *const words_mail[] = {
	"mail", "message",
	/* German, French, Spanish, Portuguese, Italian */
	"nachricht", "courriel", "correo", "mensaje", "mensagem", "messaggi",
	/* Dutch, Swedish, Danish, Norwegian, Finnish */
	"bericht", "meddel", "melding", "viesti", "sähköposti",
	/* Polish, Czech, Hungarian, Romanian */
	"wiadomo", "zpráv", "üzenet", "mesaj",
	/* Russian, Ukrainian, Greek, Turkish */
	"сообщени", "Сообщени", "письм", "Письм", "почт", "Почт",
	"повідомлен", "Повідомлен", "μήνυμα", "Μήνυμα", "ileti", "e-posta",
	/* Japanese, Chinese, Korean: with words that are said of mail alone */
	"メール", "メッセージ", "配信", "送信", "宛先不明", "邮件", "郵件",
	"信件", "退信", "메일", "메시지",
	NULL
};

/* Before the subject of an answer or of a forward; after them "[2]" and the
   colon. A list or a program that keeps tickets answers with "[". */
static const char *const words_answer_prefixes[] = {
	"re", "aw", "antw", "antwort", "sv", "odp", "res", "r", "rif", "ynt",
	"atb", "ref", "vá", "vs", "απ", "отв", "回复", "答复", "回覆", "返信",
	"회신",
	NULL
};
static const char *const words_forward_prefixes[] = {
	"fw", "fwd", "wg", "tr", "rv", "vl", "vb", "i", "enc", "pd", "doorst",
	"ilt", "videresendt", "továbbítás", "пересл", "转发", "轉寄", "転送",
	"전달",
	NULL
};

static const char *const words_delayed[] = {
	"delay", "warning: could not send", "warning--could not send",
	"warning: message", "still being retried", "will be retried",
	"still trying to deliver", "not yet been delivered",
	"has not yet been", "temporarily undeliverable",
	"delivery will be attempted", "will continue to try", "is still trying",
	"will keep trying", "you do not need to resend",
	"do not need to resend", "verzögert", "verspätet",
	"retardé", "retrasad", "atrasad", "ritardat", "vertraagd",
	"försenad", "forsinket", "opóźnion", "задерж", "отложен",
	"遅延", "配信が遅れ", "延迟", "延遲", "지연",
	NULL
};

/* The same of a server's answer, which a failure may tell of, too. */
static const char *const words_deferred[] = {
	"deferred", "deferral", "postponed",
	NULL
};
static const char *const words_failed_subject[] = {
	"return", "fail", "undeliver", "reject", "given up", "giving up",
	NULL
};

/* That delivery is still tried, said so that it cannot be of the past, or
   advice to the sender. */
static const char *const words_still_tried[] = {
	"yet be deliver", "yet been deliver", "yet deliver", "delivered yet",
	"yet be sent", "yet been sent", "yet sent", "sent yet",
	"yet be passed on", "yet been passed on", "passed on yet",
	"yet reached", "reached yet", "yet be reached", "reach it yet",
	"could not yet", "couldn't yet", "cannot yet", "not yet arrived",
	"not arrived yet", "not yet got through", "not able yet", "unable yet",
	"undelivered so far", "not be delivered so far",
	"not been delivered so far", "not be delivered at this time",
	"will be tried again", "will be attempted again", "will be retried",
	"will be sent again", "be tried again later",
	"delivery will be attempted", "delivery will be tried",
	"we'll try", "will go on trying", "goes on trying", "go on trying",
	"will keep retrying", "keep retrying", "will keep attempting",
	"are still attempting", "is still attempting", "retries will",
	"retrying", "will make another", "new attempt will",
	"will try again", "will try once more", "shall try again",
	"will retry", "will keep trying", "keeps trying", "keep on trying",
	"will continue to try", "will continue trying", "continue to be tried",
	"continues to try", "is still trying", "still trying to deliver",
	"still trying to send", "still being retried", "still being tried",
	"attempts will continue", "attempts will be made",
	"tries will be made", "further attempts will", "next attempt",
	"next try", "another attempt will", "another try will",
	"tried once more", "more attempts will", "still waiting", "still in the queue", "still queued",
	"remains in the queue", "remains queued", "stays in the queue",
	"kept in the queue", "waits in the queue", "for retry",
	"temporarily undeliverable", "temporarily delayed",
	"do not need to resend", "no need to resend",
	"no need to send it again", "need not send it again",
	"do not send it again", "do not resend", "don't resend",
	"not necessary to resend", "need not resend",
	NULL
};

/* That delivery was tried, and is no more. */
static const char *const words_given_up[] = {
	"has been given up", "have been given up", "was given up",
	"is given up", "have given up", "has given up", "'ve given up",
	"given up now", "gave up", "am giving up", "'m giving up",
	"are giving up", "now giving up", "give up now", "no further attempt",
	"no more attempt", "not be retried", "no longer be tried",
	"no longer tried", "not be tried again", "not try again",
	"not going to try again", "not keep trying", "not be attempted again",
	"stopped trying", "too many attempts", "retry timeout exceeded",
	"has expired", "in the queue too long", "permanent error",
	"permanent failure", "permanent fatal", "permanently failed",
	"failed permanently",
	NULL
};

/* The address of the program that manages a list. */
static const char *const words_manager_names[] = {
	"listserv", "majordomo", "mailman", "sympa", "listmaster", "listproc",
	"ecartis", "mlmmj", "ezmlm", "list-manager", "listmanager",
	"list-admin", "listadmin",
	NULL
};
/* Not those that people have, too: account-manager, help-desk, editor. */
static const char *const words_manager_roles[] = {
	"owner", "request", "bounce", "bounces", "moderator", "moderators",
	NULL
};

/* What the manager of a list says of a post that it does not pass on. The words
   of English are those of votes and offers, too: they count where it is told of
   what the reader has written. */
static const char *const words_refused[] = {
	"reject", "refuse", "declin", "denied", "disallow", "not accepted",
	"not be accepted", "not allowed", "not permitted", "not authori",
	"not posted", "not be posted", "not been posted", "not distributed",
	"not be distributed", "not been distributed", "not passed on",
	"not be passed on", "not been passed on", "not been sent",
	"not be sent", "not sent to the", "not let through", "not go out",
	"not gone out", "may not post", "cannot post", "can't post",
	"may not write", "not a member", "not a subscriber", "non-member",
	"nonmember", "not subscribed", "only members", "members only",
	"members-only", "only subscribers", "subscribers only",
	"only for members", "only for subscribers", "only from members",
	"discarded", "blocked", "bounced", "turned down", "turned away",
	"sent back", "returned to you", "too large", "too big", "too long",
	"not let your", "not let it", "did not pass", "not reach the list",
	"not appear", "not published", "not be published", "not released",
	"not forwarded", "not be forwarded", "not deliver", "not be deliver",
	"not been deliver", "not approved", "no right to", "not the right to",
	"banned", "barred", "prohibited", "forbidden", "unable to post",
	"against the rules", "off topic", "off-topic", "unwanted", "dropped",
	NULL
};
static const char *const words_refused_elsewhere[] = {
	"abgelehnt", "zurückgewiesen", "abgewiesen", "nicht angenommen",
	"rejeté", "refusé", "rechazad", "rifiutat", "respint", "rejeitad",
	"recusad", "geweigerd", "afgewezen", "avvisa", "avvist", "afvist",
	"hylätty", "odrzucon", "zamítnut", "odmítnut", "elutasít", "respins",
	"отклон", "отвергн", "відхилен", "reddedil", "απορρίφθηκε",
	"拒否", "却下", "拒绝", "拒絕", "거부", "거절",
	NULL
};
static const char *const words_your_post[] = {
	"your message", "your mail", "your e-mail", "your email", "your post",
	"your submission", "your contribution", "your letter", "your text",
	"your article", "your attempt", "the posting", "the attached",
	"the post ", "you sent", "you posted", "you wrote",
	"you have sent", "you have written", "you submitted",
	NULL
};
/* That nothing is decided. */
static const char *const words_pending[] = {
	"is held", "being held", "been held", "awaits", "awaiting",
	"is waiting", "for approval", "will be reviewed", "pending",
	"be approved", "to approve", "rejected or", "or rejected",
	"or reject", "reject or", "or refuse", "moderator's decision",
	"as a moderator", "as moderator", "as the moderator", "please decide",
	"decide whether", "your decision", "whether to", "waits for",
	NULL
};

/* What else a postmaster does with a message than not to deliver it. */
static const char *const words_other_notice[] = {
	"successful", "has been delivered", "was delivered", "were delivered",
	"been received", "was received", "have received", "has been accepted",
	"was accepted", "encrypt", "quarantine", "abuse", "complain",
	"from your network", "from one of your users", "thank you for",
	"thanks for", "ticket", "case number", "will answer", "will reply",
	"get back to you", "out of office", "on vacation", "on leave",
	"read receipt", "was read", "been read", "was opened", "archive",
	"copy of", "is spam", "ist spam", "wurde zugestellt", "accettat",
	"accettazione", "avvenuta consegna", "ha sido entregado",
	"foi entregue",
	NULL
};

static const char *const words_daemon_names[] = {
	"mail delivery", "mailer-daemon", "mailer daemon", "mail-daemon",
	"maildelivery", "delivery subsystem", "delivery system",
	"postmaster", "system administrator", "mail administrator",
	"internet mail delivery", "mail system", "mailsystem",
	"bounce daemon", "microsoft outlook", "microsoft exchange",
	"message delivery", "delivery status", "mail router",
	"mailsweeper", "systemadministrator", "administrateur syst",
	"administrador del sistema", "amministratore di sistema",
	NULL
};

static const char *const words_daemon_local_parts[] = {
	"postmaster", "post_master", "post-master", "mail-daemon",
	"maildaemon", "mailerdaemon", "mailer_daemon", "mailer.daemon",
	"mdaemon", "mailsystem", "mail-system", "delivery-daemon",
	"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e", "daemon",
	"mailadmin", "bounce-daemon", "dsn", "ndr",
	NULL
};

/* What a server tells its own postmaster of a session that went wrong. */
static const char *const words_session_subjects[] = {
	"smtp server: errors from", "smtp client: errors from",
	"lmtp client: errors from",
	NULL
};

static const char *const words_autoreply_subjects[] = {
	"automatic reply", "auto reply", "auto-reply", "autoreply",
	"auto response", "autoresponse", "out of office", "out-of-office",
	"on vacation", "away from", "vacation", "automatische antwort",
	"abwesenheit", "réponse automatique", "absence du bureau",
	"respuesta automática", "fuera de la oficina", "resposta automática",
	"risposta automatica", "automatisch antwoord", "autosvar",
	"автоответ", "Автоответ", "自動応答", "自動返信", "不在", "自动回复",
	"自動回覆", "자동 회신", "부재중",
	NULL
};

bool bounce_words_subject(const char *lc_subject)
{
	return words_match(words_subject, lc_subject);
}

bool bounce_words_text(const char *lc_text)
{
	return words_match(words_text, lc_text);
}

bool bounce_words_returned(const char *lc_text)
{
	return words_match(words_returned, lc_text);
}

bool bounce_words_mail(const char *lc_text)
{
	return words_match(words_mail, lc_text);
}

/* "re:", "re[2]:", "re :", and with the colon of East Asia */
static bool
words_prefix(const char *const *words, const char *lc_subject)
{
	static const char wide_colon[] = "：";
	const char *p;

	for (; *words != NULL; words++) {
		if (strncmp(lc_subject, *words, strlen(*words)) != 0)
			continue;
		p = lc_subject + strlen(*words);
		p += strspn(p, "[]()0123456789^ ");
		if (*p == ':' ||
		    strncmp(p, wide_colon, sizeof(wide_colon) - 1) == 0)
			return TRUE;
	}
	return FALSE;
}

bool bounce_words_answer(const char *lc_subject)
{
	return lc_subject[0] == '[' ||
		words_prefix(words_answer_prefixes, lc_subject);
}

bool bounce_words_forward(const char *lc_subject)
{
	return words_prefix(words_forward_prefixes, lc_subject);
}

bool bounce_words_hint(const char *lc_text)
{
	return words_match(words_hint, lc_text);
}

bool bounce_words_delayed(const char *lc_text)
{
	return words_match(words_delayed, lc_text);
}

bool bounce_words_deferred(const char *lc_text)
{
	return words_match(words_deferred, lc_text);
}

bool bounce_words_failed_subject(const char *lc_subject)
{
	return words_match(words_failed_subject, lc_subject);
}

bool bounce_words_still_tried(const char *lc_text)
{
	return words_match(words_still_tried, lc_text);
}

bool bounce_words_given_up(const char *lc_text)
{
	return words_match(words_given_up, lc_text);
}

bool bounce_words_refused_post(const char *lc_text)
{
	if (words_match(words_pending, lc_text))
		return FALSE;
	return words_match(words_refused_elsewhere, lc_text) ||
		(words_match(words_refused, lc_text) &&
		 words_match(words_your_post, lc_text));
}

bool bounce_words_other_notice(const char *lc_text)
{
	return words_match(words_other_notice, lc_text);
}

/* "owner-ham", "ham-owner", "ham+owner" */
static bool words_role(const char *const *roles, const char *lc_local_part)
{
	size_t size = strlen(lc_local_part), role;

	for (; *roles != NULL; roles++) {
		role = strlen(*roles);
		if (size <= role + 1)
			continue;
		if (strncmp(lc_local_part, *roles, role) == 0 &&
		    strchr("-+_.", lc_local_part[role]) != NULL)
			return TRUE;
		if (strcmp(lc_local_part + size - role, *roles) == 0 &&
		    strchr("-+_.", lc_local_part[size - role - 1]) != NULL)
			return TRUE;
	}
	return FALSE;
}

bool bounce_words_list_manager(const char *lc_local_part)
{
	return words_match(words_manager_names, lc_local_part) ||
		words_role(words_manager_roles, lc_local_part);
}

bool bounce_words_daemon_name(const char *lc_name)
{
	return words_match(words_daemon_names, lc_name);
}

bool bounce_words_daemon_local_part(const char *lc_local_part)
{
	const char *const *words = words_daemon_local_parts;

	for (; *words != NULL; words++) {
		if (strcmp(*words, lc_local_part) == 0)
			return TRUE;
	}
	return FALSE;
}

bool bounce_words_autoreply_subject(const char *lc_subject)
{
	return words_match(words_autoreply_subjects, lc_subject);
}

bool bounce_words_session_subject(const char *lc_subject)
{
	return words_match(words_session_subjects, lc_subject);
}
