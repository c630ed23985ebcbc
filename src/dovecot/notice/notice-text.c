/* Copyright (c) 2026 dovecot-backscatter authors, see the included COPYING file */

/* The one place for the texts of all languages. */

#include "lib.h"
#include "notice/notice-text.h"

const struct backscatter_notice_text
backscatter_notice_texts[BACKSCATTER_LANGUAGE_COUNT] = {
	[BACKSCATTER_LANGUAGE_EN] = {
		.subject = "Somebody else may be using your e-mail account",
		.intro =
"Somebody else is probably sending mail with your e-mail account. In a\n"
"short time, mail that was sent with it came back, because it could not\n"
"be delivered. It was not forged: our own servers have sent it.\n",
		.account = "Account: ",
		.since = "Since: ",
		.mails = "Mails that came back: ",
		.recipients = "Recipients they did not reach: ",
		.networks = "Networks they were sent from: ",
		.unknown = "not known",
		.suspended =
"We have stopped this: nobody can send mail with the account for now. You\n"
"can still read your mail, and new mail still arrives.\n",
		.running =
"We have not stopped anything: whoever knows the password can still send\n"
"mail with the account.\n",
		.todo =
"If you have not sent these mails yourself, please do this now:\n"
"\n"
"1. Change the password of the account. Use a device that you trust: the\n"
"   password may have been stolen from a computer or a phone. If you use\n"
"   the same password anywhere else, change it there, too.\n"
"2. Look at the settings of your mailbox: forwarding, filters, signatures,\n"
"   other addresses. Remove what you did not set up.\n"
"3. Tell us when you have done so: reply to this mail, or contact our\n"
"   support in the way that you already know.\n"
"\n"
"If you have sent these mails yourself, for example as a newsletter,\n"
"please tell us that as well. Then everything is all right.\n"
"\n"
"This mail was written by a program, and comes once a day at most. There\n"
"is no link in it, and we never ask for your password.\n",
	},
	[BACKSCATTER_LANGUAGE_JA] = {
		.subject = "【重要】メールアカウントの不正利用の可能性について",
		.intro =
"お客様のメールアカウントが、第三者に不正に利用されている可能性があります。\n"
"短い時間のうちに、お客様のアカウントから送信されたメールが、宛先に届かずに\n"
"戻ってきました。差出人を偽られたのではなく、実際に当方のサーバーから送信\n"
"されたメールです。\n",
		.account = "アカウント: ",
		.since = "期間の始まり: ",
		.mails = "戻ってきたメールの数: ",
		.recipients = "届かなかった宛先の数: ",
		.networks = "送信元ネットワークの数: ",
		.unknown = "不明",
		.suspended =
"当方で、このアカウントからの送信を停止しました。現在、このアカウントでメールを\n"
"送信することは誰にもできません。メールの閲覧と受信は、これまでどおりご利用\n"
"いただけます。\n",
		.running =
"送信は停止していません。パスワードを知っている人は、今もこのアカウントで\n"
"メールを送信できます。\n",
		.todo =
"お心当たりがない場合は、お手数ですが、今すぐ次のことを行ってください。\n"
"\n"
"1. 安全な端末からパスワードを変更してください。現在のパスワードは、お使いの\n"
"   パソコンやスマートフォンから盗まれた可能性があります。同じパスワードを\n"
"   ほかのサービスでもお使いの場合は、そちらも変更してください。\n"
"2. メールの転送設定、振り分け設定、署名、登録されているメールアドレスを\n"
"   ご確認のうえ、お心当たりのない設定は削除してください。\n"
"3. 以上がお済みになりましたら、このメールへの返信、またはこれまでにご存じの\n"
"   連絡方法で、当方のサポート窓口までお知らせください。\n"
"\n"
"メールマガジンの配信など、ご自身で送信されたものである場合も、その旨をお知らせ\n"
"ください。その場合、問題はありません。\n"
"\n"
"このメールはプログラムが自動で送信しており、お送りするのは 1 日に 1 回までです。\n"
"このメールにリンクは含まれていません。また、当方からパスワードをお尋ねすることは\n"
"ありません。\n",
	},
	[BACKSCATTER_LANGUAGE_DE] = {
		.subject = "Vielleicht benutzt jemand anderes Ihr E-Mail-Konto",
		.intro =
"Wahrscheinlich verschickt jemand anderes E-Mails über Ihr Konto.\n"
"Innerhalb kurzer Zeit sind E-Mails zurückgekommen, die darüber gesendet\n"
"wurden und nicht zugestellt werden konnten. Sie sind nicht gefälscht:\n"
"Unsere eigenen Server haben sie gesendet.\n",
		.account = "Konto: ",
		.since = "Seit: ",
		.mails = "Zurückgekommene E-Mails: ",
		.recipients = "Nicht erreichte Empfänger: ",
		.networks = "Netze, aus denen sie gesendet wurden: ",
		.unknown = "nicht bekannt",
		.suspended =
"Wir haben das Senden gesperrt: Über dieses Konto kann zurzeit niemand\n"
"E-Mails verschicken. Sie können Ihre E-Mails weiterhin lesen und neue\n"
"empfangen.\n",
		.running =
"Wir haben nichts gesperrt: Wer das Passwort kennt, kann über dieses Konto\n"
"weiterhin E-Mails verschicken.\n",
		.todo =
"Wenn Sie diese E-Mails nicht selbst verschickt haben, tun Sie bitte\n"
"jetzt Folgendes:\n"
"\n"
"1. Ändern Sie das Passwort des Kontos. Benutzen Sie dafür ein Gerät, dem\n"
"   Sie vertrauen: Das Passwort kann von einem Computer oder Telefon\n"
"   gestohlen worden sein. Wenn Sie dasselbe Passwort auch anderswo\n"
"   benutzen, ändern Sie es auch dort.\n"
"2. Sehen Sie sich die Einstellungen Ihres Postfachs an: Weiterleitungen,\n"
"   Filter, Signaturen, weitere Adressen. Entfernen Sie, was Sie nicht\n"
"   selbst eingerichtet haben.\n"
"3. Geben Sie uns Bescheid, wenn das erledigt ist: Antworten Sie auf diese\n"
"   E-Mail, oder wenden Sie sich an unseren Kundendienst, und zwar auf dem\n"
"   Weg, den Sie schon kennen.\n"
"\n"
"Wenn Sie diese E-Mails selbst verschickt haben, zum Beispiel als\n"
"Newsletter, sagen Sie uns bitte auch das. Dann ist alles in Ordnung.\n"
"\n"
"Diese E-Mail wurde von einem Programm geschrieben und kommt höchstens\n"
"einmal am Tag. Sie enthält keinen Link, und wir fragen nie nach Ihrem\n"
"Passwort.\n",
	},
	[BACKSCATTER_LANGUAGE_FR] = {
		.subject =
"Quelqu’un d’autre utilise peut-être votre compte de messagerie",
		.intro =
"Quelqu’un d’autre envoie probablement des messages avec votre compte de\n"
"messagerie. En peu de temps, des messages envoyés avec ce compte sont\n"
"revenus, parce qu’ils n’ont pas pu être remis. Ce ne sont pas des faux :\n"
"nos propres serveurs les ont envoyés.\n",
		.account = "Compte : ",
		.since = "Depuis : ",
		.mails = "Messages revenus : ",
		.recipients = "Destinataires non atteints : ",
		.networks = "Réseaux d’où ils ont été envoyés : ",
		.unknown = "non connus",
		.suspended =
"Nous avons bloqué l’envoi : pour le moment, personne ne peut envoyer de\n"
"messages avec ce compte. Vous pouvez toujours lire vos messages et en\n"
"recevoir de nouveaux.\n",
		.running =
"Nous n’avons rien bloqué : quiconque connaît le mot de passe peut encore\n"
"envoyer des messages avec ce compte.\n",
		.todo =
"Si vous n’avez pas envoyé ces messages vous-même, faites ceci dès\n"
"maintenant :\n"
"\n"
"1. Changez le mot de passe du compte, depuis un appareil auquel vous\n"
"   faites confiance : il a peut-être été volé sur un ordinateur ou un\n"
"   téléphone. Si vous utilisez le même mot de passe ailleurs, changez-le\n"
"   là aussi.\n"
"2. Vérifiez les réglages de votre boîte aux lettres : transferts,\n"
"   filtres, signatures, autres adresses. Supprimez ce que vous n’avez pas\n"
"   mis en place vous-même.\n"
"3. Prévenez-nous quand c’est fait : répondez à ce message, ou contactez\n"
"   notre assistance par le moyen que vous connaissez déjà.\n"
"\n"
"Si vous avez envoyé ces messages vous-même, par exemple une lettre\n"
"d’information, dites-le-nous également. Dans ce cas, tout va bien.\n"
"\n"
"Ce message a été écrit par un programme et n’est envoyé qu’une fois par\n"
"jour au plus. Il ne contient aucun lien, et nous ne demandons jamais\n"
"votre mot de passe.\n",
	},
	[BACKSCATTER_LANGUAGE_ES] = {
		.subject =
"Es posible que otra persona esté usando su cuenta de correo",
		.intro =
"Es probable que otra persona esté enviando mensajes con su cuenta de\n"
"correo. En poco tiempo han vuelto mensajes enviados con ella que no se\n"
"pudieron entregar. No son falsificaciones: los han enviado nuestros\n"
"propios servidores.\n",
		.account = "Cuenta: ",
		.since = "Desde: ",
		.mails = "Mensajes devueltos: ",
		.recipients = "Destinatarios a los que no llegaron: ",
		.networks = "Redes desde las que se enviaron: ",
		.unknown = "no se sabe",
		.suspended =
"Hemos bloqueado el envío: por ahora nadie puede enviar mensajes con esta\n"
"cuenta. Usted puede seguir leyendo su correo y recibiendo mensajes nuevos.\n",
		.running =
"No hemos bloqueado nada: quien conozca la contraseña puede seguir\n"
"enviando mensajes con esta cuenta.\n",
		.todo =
"Si usted no ha enviado estos mensajes, haga ahora lo siguiente:\n"
"\n"
"1. Cambie la contraseña de la cuenta desde un dispositivo de confianza:\n"
"   es posible que la hayan robado de un ordenador o de un teléfono. Si usa\n"
"   la misma contraseña en otros sitios, cámbiela también allí.\n"
"2. Revise la configuración de su buzón: reenvíos, filtros, firmas y otras\n"
"   direcciones. Elimine lo que no haya configurado usted.\n"
"3. Avísenos cuando lo haya hecho: responda a este mensaje o póngase en\n"
"   contacto con nuestro servicio de asistencia por el medio que ya conoce.\n"
"\n"
"Si los mensajes los ha enviado usted, por ejemplo un boletín, avísenos\n"
"también. En ese caso no hay ningún problema.\n"
"\n"
"Este mensaje lo ha escrito un programa y se envía una vez al día como\n"
"máximo. No contiene ningún enlace, y nunca le pediremos su contraseña.\n",
	}
};
