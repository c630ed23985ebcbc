/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

#include "lib.h"
#include "wording/wordings.h"

/* The size of the longest word, with its NUL. */
#define WORD_MAX_SIZE 64

/* Where in a text a word must stand. */
enum word_place {
	/* anywhere */
	IN,
	/* the word is the whole text */
	WHOLE,
	/* at its beginning, before a colon: "re:", "re[2]:", "re :" */
	BEFORE,
	/* at one of its ends: "owner-ham", "ham-owner", "ham+owner" */
	ROLE
};

/* Each word ends with a '|'. ASCII letters are in lower case. Other letters are
   compared as they are written, so a word has both cases here if a subject can
   begin with it. */
static const struct {
	enum word_place place;
	const char *words;
} wordings[] = {
	[BOUNCE_WORDS_SUBJECT] = { IN,
	/* English */
	"undeliver|returned mail|returned email|returned message|"
	"delivery status|delivery failure|delivery failed|delivery has failed|"
	"delivery notification|delivery report|delivery error|delivery problem|"
	"delivery delay|warning: message|not yet delivered|mail delivery|"
	"failed delivery|failure notice|failure delivery|mail failure|"
	"mail failed|mail system error|message delivery|returning message|"
	"returned to sender|returning to sender|return to sender|non-deliver|"
	"nondeliver|not delivered|not be delivered|could not send|"
	"sending your mail|sending your message|message you sent blocked|"
	"unable to deliver|notice: mail|message delayed|rejected:|bounced mail|"
	"transcript for details|message not sent|mail status report|"
	"delivery unsuccessful|user unknown|mail rejected|message rejected|"
	"message blocked|delayed mail|delayed delivery|mail could not|"
	/* German */
	"unzustellbar|nicht zugestellt|nicht zustellbar|"
	"zustellung fehlgeschlagen|zustellungsfehler|zustellfehler|"
	"fehler bei der zustellung|zustellbenachrichtigung|zustellung verz|"
	"bermittlung fehlgeschlagen|"
	/* French */
	"non remis|non distribu|non délivr|chec de la remise|chec de remise|"
	"chec de distribution|chec d'envoi|notification d'état de remise|"
	"avis de non-remise|non livr|"
	/* Spanish, Portuguese, Catalan */
	"no se pudo entregar|no se puede entregar|no entregado|"
	"no se ha podido entregar|error de entrega|error en la entrega|"
	"correo devuelto|mensaje devuelto|fallo en la entrega|"
	"notificación del estado de entrega|no entregable|não entregue|"
	"não foi entregue|não foi possível entregar|não pôde ser entregue|"
	"falha na entrega|falha de entrega|não é possível entregar|"
	"notificação de status de entrega|"
	/* Italian */
	"mancato recapito|mancata consegna|non recapitabile|non recapitat|"
	"impossibile recapitare|messaggio non consegnato|"
	"notifica di stato del recapito|"
	/* Dutch */
	"onbestelbaar|niet bezorgd|niet afgeleverd|kan niet worden|"
	"bezorging mislukt|aflevering mislukt|"
	/* Swedish, Danish, Norwegian, Finnish */
	"kunde inte levereras|kan inte levereras|ej levererbar|olevererbar|"
	"kunne ikke leveres|kan ikke leveres|ikke leveret|ikke levert|"
	"levering mislykkedes|ei voitu toimittaa|ei voida toimittaa|"
	"toimitus epäonnistui|ei toimitettu|"
	/* Estonian, Catalan, Croatian, Indonesian, Vietnamese, Thai */
	"kättetoimetamatu|no es pot lliurar|neisporučen|nije isporučen|"
	"nije moguće isporučiti|tidak terkirim|tidak dapat dikirim|"
	"không gửi được|không thể gửi|ไม่สามารถส่ง|ส่งไม่ได้|"
	/* Polish, Czech, Slovak, Hungarian, Romanian */
	"niedostarcz|nie dostarczon|nie można dostarczyć|"
	"nie można było dostarczyć|nedoruč|nelze doručit|nebylo možné doručit|"
	"kézbesíthetetlen|nem kézbesíthető|kézbesítési hiba|"
	"kézbesítés sikertelen|nelivrat|nu a putut fi livrat|"
	/* Russian, Ukrainian */
	"недоставлен|Недоставлен|не доставлен|Не доставлен|"
	"невозможно доставить|Невозможно доставить|не удалось доставить|"
	"Не удалось доставить|не удается доставить|Не удается доставить|"
	"не удаётся доставить|Не удаётся доставить|не может быть доставлен|"
	"ошибка доставки|Ошибка доставки|не вдалося доставити|"
	"Не вдалося доставити|"
	/* Bulgarian */
	"недостави|Недостави|не може да бъде доставен|"
	/* Greek, Turkish */
	"δεν παραδόθηκε|Δεν παραδόθηκε|αδύνατη η παράδοση|Αδύνατη η παράδοση|"
	"teslim edilemedi|teslim edilemeyen|iletilemedi|iletilemeyen|"
	/* Japanese */
	"配信不能|配信できません|配信エラー|配信失敗|配達不能|配達できません|"
	"配信に失敗|送信エラー|送信できません|送信不能|エラーメール|不達|"
	"未配信|返送されました|戻りました|届きませんでした|"
	/* Chinese */
	"退信|无法投递|無法投遞|未送达|未送達|无法送达|無法傳遞|无法传递|"
	"投递失败|投遞失敗|傳遞失敗|传递失败|发送失败|退件|無法寄送|送信失敗|"
	/* Korean */
	"반송|배달 실패|배달되지|전송 실패|발송 실패|배달할 수 없|전달할 수 없|"
	/* Hebrew, Arabic */
	"לא ניתן למסירה|לא ניתן למסור|לא נמסרה|لم يتم تسليم|تعذر تسليم|"
	"غير قابل للتسليم|فشل تسليم|تعذر التسليم|" },
	/* These say that a message, not a parcel, was not delivered. */
	[BOUNCE_WORDS_TEXT] = { IN,
	"message could not be delivered|message couldn't be delivered|"
	"mail could not be delivered|mail couldn't be delivered|"
	"message cannot be delivered|message can not be delivered|"
	"mail cannot be delivered|message was not delivered|"
	"message wasn't delivered|mail was not delivered|"
	"message was undeliverable|message is undeliverable|"
	"message was rejected|message has been rejected|"
	"message was not accepted|message to the following|"
	"message did not reach|did not reach some or all|"
	"message is being returned|message returned to sender|"
	"mail returned to sender|deliver your message|deliver your mail|"
	"deliver your email|deliver your e-mail|deliver message|deliver mail|"
	"deliver the message|deliver the mail|delivering your message|"
	"delivering your mail|unable to send your m|sending your mail|"
	"sending your message|had permanent fatal errors|had transient|"
	"had delivery problems|not be delivered to one or more|"
	"following recipient|undeliverable recipient|qmail-send|"
	"rejected your message|rejected your mail|"
	"blocked by our bulk email filter|could not send message for|"
	"could not send mail for|message has been delayed|"
	"message will be retried|mail system error|returned mail|"
	"message has been blocked|message has been returned|"
	"has not been delivered|has not yet been delivered|"
	"been automatically rejected|was automatically rejected|"
	/* German */
	"nachricht konnte nicht|mail konnte nicht|nachricht kann nicht|"
	"mail kann nicht|nachricht wurde nicht zugestellt|"
	"mail wurde nicht zugestellt|"
	/* French */
	"message n'a pas pu|message n'a pu|courriel n'a pas pu|"
	"message ne peut pas|remettre votre message|"
	/* Spanish, Portuguese, Italian */
	"entregar el mensaje|entregar su mensaje|entregar tu mensaje|"
	"mensaje no ha podido|mensaje no se pudo|mensaje no pudo|"
	"entregar a mensagem|entregar sua mensagem|mensagem não pôde|"
	"mensagem não foi entregue|recapitare il messaggio|"
	"messaggio non è stato|messaggio non può essere|"
	"consegnare il messaggio|"
	/* Dutch, Swedish, Danish, Norwegian, Finnish */
	"bericht kon niet|bericht kan niet|bericht is niet|"
	"meddelandet kunde inte|meddelandet till|meddelande kunde inte|"
	"meddelelsen kunne ikke|meldingen kunne ikke|viestiä ei voitu|"
	"viestiäsi ei voitu|"
	/* Polish, Czech, Hungarian */
	"wiadomość nie mogła|wiadomości nie można|wiadomość nie została|"
	"zprávu nelze doručit|zprávu se nepodařilo|zpráva nebyla doručena|"
	"zpráva zatím nebyla|üzenetet nem lehet|üzenete nem kézbesít|"
	/* Russian, Ukrainian */
	"сообщение не может быть|сообщение не доставлено|"
	"сообщение не было доставлено|доставить сообщение|"
	"доставить ваше сообщение|доставить письмо|доставить ваше письмо|"
	"письмо не может быть|письмо не доставлено|доставити повідомлення|"
	/* Polish, Slovak, Romanian, Bulgarian, Croatian, Estonian */
	"dostarczyć wiadomości|správu sa nepodarilo|mesajul dvs. nu|mesajul nu|"
	"съобщението не може|съобщението ви не може|poruka nije isporučena|"
	"sõnumit ei saanud|"
	/* Catalan, Indonesian, Vietnamese, Thai */
	"lliurar el missatge|pesan anda tidak|thư của bạn không|"
	"ไม่สามารถส่งข้อความ|"
	/* Hebrew, Arabic */
	"ההודעה שלך לא|למסור את ההודעה|تسليم رسالتك|تسليم الرسالة|"
	/* Greek, Turkish */
	"μήνυμά σας δεν|μήνυμα δεν παραδόθηκε|παράδοση του μηνύματος|iletiniz|"
	"mesajınız|"
	/* Japanese */
	"メールを配信でき|メールは配信でき|メールが配信でき|メールを送信でき|"
	"メールを送信することが|メールをお届けでき|メールを配達でき|"
	"メールは配達でき|に配信できません|宛先不明|エラーメール|"
	/* Chinese */
	"邮件无法投递|邮件无法送达|邮件未能送达|邮件投递失败|邮件发送失败|"
	"邮件被退回|无法投递您的邮件|退信|郵件無法|無法傳遞您的郵件|"
	"無法遞送您的郵件|郵件未能|退件|"
	/* Korean */
	"메일이 반송|메일이 배달되지|메일을 배달할 수 없|메시지를 배달할 수 없|"
	"메일이 전송되지|메일을 보낼 수 없|" },
	/* These say that a message is returned; web forms say this of a copy,
	   too. */
	[BOUNCE_WORDS_RETURNED] = { IN,
	"message that you sent|message you sent|mail you sent|"
	"message with these headers|original message follows|"
	"message headers follow|copy of the message|copy of your message|"
	/* "your message to .." */
	"meddelande till|meddelelse til|melding til|letiniz|ההודעה שלך אל|" },
	/* These are answers of servers, or are also said of parcels. */
	[BOUNCE_WORDS_HINT] = { IN,
	"could not be delivered|couldn't be delivered|able to deliver|"
	"failed to deliver|could not deliver|couldn't deliver|cannot deliver|"
	"can't deliver|unable to send|delivery to the following|"
	"delivery failed|delivery has failed|delivery failure|delivery error|"
	"undeliverable|permanent error|permanent failure|permanent delivery|"
	"following address|user unknown|unknown user|no such user|"
	"recipient unknown|unknown recipient|unknown host|recipient not found|"
	"mailbox not found|mailbox unavailable|mailbox is full|mailbox full|"
	"over quota|host unknown|unrouteable address|relaying denied|"
	"relay access denied|invalid recipient|recipient address rejected|"
	"address does not exist|addresses failed|address(es) failed|said: 5|"
	"there was a problem delivering|problem delivering your|"
	"has been delayed|will be retried|nicht zugestellt|unzustellbar|"
	"non remis|non distribu|pas pu être remis|no se pudo entregar|"
	"no ha podido ser entregado|não pôde ser entregue|"
	"não foi possível entregar|não foi entregue|impossibile recapitare|"
	"non è stato recapitato|non è stato possibile recapitare|"
	"niet worden bezorgd|niet worden afgeleverd|kunde inte levereras|"
	"kunne ikke leveres|ei voitu toimittaa|nie dostarczono|"
	"nie mogła zostać dostarczona|nelze doručit|nem kézbesíthető|"
	"не доставлен|недоставлен|не удалось доставить|не удается доставить|"
	"не может быть доставлен|не было доставлено|δεν παραδόθηκε|"
	"teslim edilemedi|iletilemedi|配信できません|配信不能|送信できません|"
	"配達できません|届けることができません|お届けできません|无法投递|"
	"无法送达|無法傳遞|未能送达|投递失败|반송|배달되지|전송되지 못|"
	"배달할 수 없|" },
	/* These mean mail, not parcels. */
	[BOUNCE_WORDS_MAIL] = { IN,
	"mail|message|"
	/* German, French, Spanish, Portuguese, Italian */
	"nachricht|courriel|correo|mensaje|mensagem|messaggi|"
	/* Dutch, Swedish, Danish, Norwegian, Finnish */
	"bericht|meddel|melding|viesti|sähköposti|"
	/* Polish, Czech, Hungarian, Romanian */
	"wiadomo|zpráv|üzenet|mesaj|"
	/* Russian, Ukrainian, Greek, Turkish */
	"сообщени|Сообщени|письм|Письм|почт|Почт|повідомлен|Повідомлен|μήνυμα|"
	"Μήνυμα|ileti|e-posta|"
	/* Japanese, Chinese, Korean: also words that are said only of mail */
	"メール|メッセージ|配信|送信|宛先不明|邮件|郵件|信件|退信|메일|메시지|" },
	/* These stand before the subject of an answer or of a forwarded
	   message; a "[2]" may follow, and then the colon. */
	[BOUNCE_WORDS_ANSWER] = { BEFORE,
	"re|aw|antw|antwort|sv|odp|res|r|rif|ynt|atb|ref|vá|vs|απ|отв|回复|"
	"答复|回覆|返信|회신|" },
	[BOUNCE_WORDS_FORWARD] = { BEFORE,
	"fw|fwd|wg|tr|rv|vl|vb|i|enc|pd|doorst|ilt|videresendt|továbbítás|"
	"пересл|转发|轉寄|転送|전달|" },
	[BOUNCE_WORDS_DELAYED] = { IN,
	"delay|warning: could not send|warning--could not send|"
	"warning: message|still being retried|will be retried|"
	"still trying to deliver|not yet been delivered|has not yet been|"
	"temporarily undeliverable|delivery will be attempted|"
	"will continue to try|is still trying|will keep trying|"
	"do not need to resend|verzögert|verspätet|retardé|retrasad|atrasad|"
	"ritardat|vertraagd|försenad|forsinket|opóźnion|задерж|отложен|遅延|"
	"配信が遅れ|延迟|延遲|지연|" },
	/* These are in a server's answer that says so, which the text of a
	   failure may quote, too. */
	[BOUNCE_WORDS_DEFERRED] = { IN,
	"deferred|deferral|postponed|" },
	[BOUNCE_WORDS_FAILED_SUBJECT] = { IN,
	"return|fail|undeliver|reject|given up|giving up|" },
	/* These say that the server still tries, in words that cannot be about
	   the past or advice to the sender. */
	[BOUNCE_WORDS_STILL_TRIED] = { IN,
	"yet be deliver|yet been deliver|yet deliver|delivered yet|yet be sent|"
	"yet been sent|yet sent|sent yet|yet be passed on|yet been passed on|"
	"passed on yet|yet reached|reached yet|yet be reached|reach it yet|"
	"could not yet|couldn't yet|cannot yet|not yet arrived|not arrived yet|"
	"not yet got through|not able yet|unable yet|undelivered so far|"
	"not be delivered so far|not been delivered so far|"
	"not be delivered at this time|will be tried again|"
	"will be attempted again|will be retried|will be sent again|"
	"be tried again later|delivery will be attempted|"
	"delivery will be tried|we'll try|goes on trying|go on trying|"
	"will keep attempting|are still attempting|is still attempting|"
	"retries will|retrying|will make another|new attempt will|"
	"will try again|will try once more|shall try again|will retry|"
	"will keep trying|keeps trying|keep on trying|will continue to try|"
	"will continue trying|continue to be tried|continues to try|"
	"is still trying|still trying to deliver|still trying to send|"
	"still being retried|still being tried|attempts will continue|"
	"attempts will be made|tries will be made|further attempts will|"
	"next attempt|next try|another attempt will|another try will|"
	"tried once more|more attempts will|still waiting|still in the queue|"
	"still queued|remains in the queue|remains queued|stays in the queue|"
	"kept in the queue|waits in the queue|for retry|"
	"temporarily undeliverable|temporarily delayed|do not need to resend|"
	"no need to resend|no need to send it again|need not send it again|"
	"do not send it again|do not resend|don't resend|"
	"not necessary to resend|need not resend|" },
	/* These say that the server tried and does not try any more. */
	[BOUNCE_WORDS_GIVEN_UP] = { IN,
	"has been given up|have been given up|was given up|is given up|"
	"have given up|has given up|'ve given up|given up now|gave up|"
	"am giving up|'m giving up|are giving up|now giving up|give up now|"
	"no further attempt|no more attempt|not be retried|no longer be tried|"
	"no longer tried|not be tried again|not try again|"
	"not going to try again|not keep trying|not be attempted again|"
	"stopped trying|too many attempts|retry timeout exceeded|has expired|"
	"in the queue too long|permanent error|permanent failure|"
	"permanent fatal|permanently failed|failed permanently|" },
	/* These are in the address of a program that manages a list. */
	[BOUNCE_WORDS_MANAGER_NAME] = { IN,
	"listserv|majordomo|mailman|sympa|listmaster|listproc|ecartis|mlmmj|"
	"ezmlm|list-manager|listmanager|list-admin|listadmin|" },
	/* Roles that people have, too, are left out: account-manager,
	   help-desk. */
	[BOUNCE_WORDS_MANAGER_ROLE] = { ROLE,
	"owner|request|bounce|bounces|moderator|moderators|" },
	/* With these the manager of a list says that it does not pass a post
	   on. The English words are also used of votes and offers, so they
	   count only if the text speaks of what the reader has written. */
	[BOUNCE_WORDS_REFUSED] = { IN,
	"reject|refuse|declin|denied|disallow|not accepted|not be accepted|"
	"not allowed|not permitted|not authori|not posted|not be posted|"
	"not been posted|not distributed|not be distributed|"
	"not been distributed|not passed on|not be passed on|"
	"not been passed on|not been sent|not be sent|not sent to the|"
	"not let through|not go out|not gone out|may not post|cannot post|"
	"can't post|may not write|not a member|not a subscriber|non-member|"
	"nonmember|not subscribed|only members|members only|members-only|"
	"only subscribers|subscribers only|only for members|"
	"only for subscribers|only from members|discarded|blocked|bounced|"
	"turned down|turned away|sent back|returned to you|too large|too big|"
	"too long|not let your|not let it|did not pass|not reach the list|"
	"not appear|not published|not be published|not released|not forwarded|"
	"not be forwarded|not deliver|not be deliver|not been deliver|"
	"not approved|no right to|not the right to|banned|barred|prohibited|"
	"forbidden|unable to post|against the rules|off topic|off-topic|"
	"unwanted|dropped|" },
	[BOUNCE_WORDS_REFUSED_ELSEWHERE] = { IN,
	"abgelehnt|zurückgewiesen|abgewiesen|nicht angenommen|rejeté|refusé|"
	"rechazad|rifiutat|respint|rejeitad|recusad|geweigerd|afgewezen|avvisa|"
	"avvist|afvist|hylätty|odrzucon|zamítnut|odmítnut|elutasít|respins|"
	"отклон|отвергн|відхилен|reddedil|απορρίφθηκε|拒否|却下|拒绝|拒絕|거부|"
	"거절|" },
	[BOUNCE_WORDS_YOUR_POST] = { IN,
	"your message|your mail|your e-mail|your email|your post|"
	"your submission|your contribution|your letter|your text|your article|"
	"your attempt|the posting|the attached|the post |you sent|you posted|"
	"you wrote|you have sent|you have written|you submitted|" },
	/* These say that nothing was decided yet. */
	[BOUNCE_WORDS_PENDING] = { IN,
	"is held|being held|been held|awaits|awaiting|is waiting|for approval|"
	"will be reviewed|pending|be approved|to approve|rejected or|or reject|"
	"reject or|or refuse|moderator's decision|as a moderator|as moderator|"
	"as the moderator|please decide|decide whether|your decision|"
	"whether to|waits for|" },
	/* These say what else a postmaster has done with a message. */
	[BOUNCE_WORDS_OTHER_NOTICE] = { IN,
	"successful|has been delivered|was delivered|were delivered|"
	"been received|was received|have received|has been accepted|"
	"was accepted|encrypt|quarantine|abuse|complain|from your network|"
	"from one of your users|thank you for|thanks for|ticket|case number|"
	"will answer|will reply|get back to you|out of office|on vacation|"
	"on leave|read receipt|was read|been read|was opened|archive|copy of|"
	"is spam|ist spam|wurde zugestellt|accettat|accettazione|"
	"avvenuta consegna|ha sido entregado|foi entregue|" },
	[BOUNCE_WORDS_DAEMON_NAME] = { IN,
	"mail delivery|mailer-daemon|mailer daemon|mail-daemon|maildelivery|"
	"delivery subsystem|delivery system|postmaster|system administrator|"
	"mail administrator|mail system|mailsystem|bounce daemon|"
	"microsoft outlook|microsoft exchange|message delivery|delivery status|"
	"mail router|mailsweeper|systemadministrator|administrateur syst|"
	"administrador del sistema|amministratore di sistema|" },
	[BOUNCE_WORDS_DAEMON_LOCAL_PART] = { WHOLE,
	"postmaster|post_master|post-master|mail-daemon|maildaemon|"
	"mailerdaemon|mailer_daemon|mailer.daemon|mdaemon|mailsystem|"
	"mail-system|delivery-daemon|"
	"microsoftexchange329e71ec88ae4615bbc36ab6ce41109e|daemon|mailadmin|"
	"bounce-daemon|dsn|ndr|" },
	[BOUNCE_WORDS_NULL_LOCAL_PART] = { WHOLE,
	"mailer-daemon|double-bounce|<null>|null|" },
	/* With these a server tells its own postmaster of a session that
	   failed. */
	[BOUNCE_WORDS_SESSION_SUBJECT] = { IN,
	"smtp server: errors from|smtp client: errors from|"
	"lmtp client: errors from|" },
	[BOUNCE_WORDS_AUTOREPLY_SUBJECT] = { IN,
	"automatic reply|auto reply|auto-reply|autoreply|auto response|"
	"autoresponse|out of office|out-of-office|away from|vacation|"
	"automatische antwort|abwesenheit|réponse automatique|"
	"absence du bureau|respuesta automática|fuera de la oficina|"
	"resposta automática|risposta automatica|automatisch antwoord|autosvar|"
	"автоответ|Автоответ|自動応答|自動返信|不在|自动回复|自動回覆|"
	"자동 회신|부재중|" },
};
_Static_assert(N_ELEMENTS(wordings) == BOUNCE_WORDS_COUNT,
	       "wordings is complete");

/* TRUE if the text begins with the word, as BEFORE says. The colon may also be
   the fullwidth one of East Asia. */
static bool word_is_before(const char *word, size_t size, const char *text)
{
	static const char wide_colon[] = "：";

	if (strncmp(text, word, size) != 0)
		return FALSE;
	text += size;
	text += strspn(text, "[]()0123456789^ ");
	return *text == ':' ||
		strncmp(text, wide_colon, sizeof(wide_colon) - 1) == 0;
}

static bool word_is_role(const char *word, size_t size, const char *text)
{
	size_t text_size = strlen(text);
	const char *rest;

	if (text_size <= size + 1)
		return FALSE;
	rest = text + text_size - size;
	return (strncmp(text, word, size) == 0 &&
		strchr("-+_.", text[size]) != NULL) ||
		(strcmp(rest, word) == 0 && strchr("-+_.", rest[-1]) != NULL);
}

static bool word_is_there(enum word_place place, const char *list, size_t size,
			  const char *text)
{
	char word[WORD_MAX_SIZE];

	i_assert(size < sizeof(word));
	memcpy(word, list, size);
	word[size] = '\0';
	switch (place) {
	case IN:
		return strstr(text, word) != NULL;
	case WHOLE:
		return strcmp(text, word) == 0;
	case BEFORE:
		return word_is_before(word, size, text);
	case ROLE:
		return word_is_role(word, size, text);
	}
	i_unreached();
}

/* A bit for each pair of octets, which it shares with other pairs. */
#define PAIRS_SIZE 1024
#define PAIR_OCTET(p) (((p)[0] << 5 ^ (p)[1]) / 8 % PAIRS_SIZE)
#define PAIR_BIT(p) (1 << ((p)[1] % 8))

/* Where the words are in the lists: most are passed over without being looked
   at, so finding their ends would take longer than all the rest. */
#define INDEX_MAX_WORDS 1200
static struct {
	bool built;
	/* of each list: where its words begin below */
	unsigned int first[BOUNCE_WORDS_COUNT + 1];
	struct {
		uint16_t offset, size;
		/* of the first two octets, see above */
		uint16_t pair_octet;
		uint8_t pair_bit;
	} words[INDEX_MAX_WORDS];
} word_index;

static void word_index_build(void)
{
	const char *list, *word, *end;
	const unsigned char *p;
	unsigned int i, count = 0;

	for (i = 0; i < BOUNCE_WORDS_COUNT; i++) {
		word_index.first[i] = count;
		list = wordings[i].words;
		for (word = list; (end = strchr(word, '|')) != NULL;
		     word = end + 1) {
			i_assert(count < INDEX_MAX_WORDS);
			p = (const void *)word;
			word_index.words[count].pair_octet = PAIR_OCTET(p);
			word_index.words[count].pair_bit = PAIR_BIT(p);
			word_index.words[count].offset = word - list;
			word_index.words[count++].size = end - word;
		}
	}
	word_index.first[i] = count;
	word_index.built = TRUE;
}

bool bounce_words_match(enum bounce_words words, const char *lc_text)
{
	enum word_place place = wordings[words].place;
	const unsigned char *text = (const void *)lc_text, *p;
	const char *word;
	uint8_t pairs[PAIRS_SIZE];
	unsigned int i;

	if (*text == '\0')
		return FALSE;
	if (!word_index.built)
		word_index_build();
	if (place == IN) {
		/* most words are ruled out quickly: their first two octets do
		   not follow each other anywhere in the text */
		memset(pairs, 0, sizeof(pairs));
		for (p = text; *p != '\0'; p++)
			pairs[PAIR_OCTET(p)] |= PAIR_BIT(p);
	}
	for (i = word_index.first[words];
	     i < word_index.first[words + 1]; i++) {
		if (place == IN &&
		    (pairs[word_index.words[i].pair_octet] &
		     word_index.words[i].pair_bit) == 0)
			continue;
		word = wordings[words].words + word_index.words[i].offset;
		if (place != IN && place != ROLE && *word != *lc_text)
			continue;
		if (word_is_there(place, word, word_index.words[i].size,
				  lc_text))
			return TRUE;
	}
	return FALSE;
}

bool bounce_words_answer(const char *lc_subject)
{
	return lc_subject[0] == '[' ||
		bounce_words_match(BOUNCE_WORDS_ANSWER, lc_subject);
}

bool bounce_words_refused_post(const char *lc_text)
{
	if (bounce_words_match(BOUNCE_WORDS_PENDING, lc_text))
		return FALSE;
	return bounce_words_match(BOUNCE_WORDS_REFUSED_ELSEWHERE, lc_text) ||
		(bounce_words_match(BOUNCE_WORDS_REFUSED, lc_text) &&
		 bounce_words_match(BOUNCE_WORDS_YOUR_POST, lc_text));
}
