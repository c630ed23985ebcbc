# The alarm, in Japanese, for the case that somebody else sends mail through a user's
# account. As long as that lasts, genuine bounces are filed, and at most once a day
# a mail is sent to the user, and another to the postmaster.
#
# Run this script for all users, before their own scripts. THE NOTICE in
# backscatter(7) says what to configure. Edit a copy of this file, because an
# upgrade replaces it.
#
# "notify" cannot be used here: it must not answer a message that has an
# Auto-Submitted field (RFC 5436 section 2.7.1), as bounces do. So the program
# backscatter-notice gives the mail to sendmail. The program also makes sure that a
# notice is sent only once a day. "duplicate" cannot do that: it remembers nothing
# if the bounce cannot be saved, such as when the mailbox is full, and it would not
# notice that a mail could not be sent. Here it only makes sure that the program
# runs at most every ten minutes, and not for several bounces at once.

require ["vnd.backscatter", "vnd.dovecot.execute", "vnd.dovecot.environment",
	"environment", "envelope", "variables", "duplicate", "fileinto",
	"mailbox"];

if bounce :matches "alarm" "*" {
	set "count" "${1}";
	if bounce :matches "alarm-recipients" "*" {
		set "recipients" "${1}";
	}
	# The sender of both mails, and the recipient of the second. sendmail adds
	# a domain if the address has none.
	set "postmaster" "postmaster";
	set "folder" "戻ったメール";

	if environment :matches "vnd.dovecot.username" "*" {
		set "user" "${1}";
	}
	# The user's address is the one that the bounce came to.
	if envelope :matches "to" "*" {
		set "to" "${1}";
	}

	if not duplicate :handle "backscatter-notice" :uniqueid "burst"
			:seconds 600 {
		# The bounce is filed whether this succeeds or fails. The log has
		# the error.
		if execute :input text:
お客様のメールアカウントが、第三者に不正に利用されている可能性があります。

短い時間のうちに、お客様のアカウントから送信されたメールが、宛先に届かずに戻って
きました (メール ${count} 通、宛先 ${recipients} 件)。これらのメールには当方の正しい電子署名が付いており、
実際に当方のサーバーから送信されたものです。お心当たりがない場合は、パスワードが
第三者に知られているおそれがあります。

お手数ですが、今すぐ次のことを行ってください。

1. 安全な端末からパスワードを変更してください。現在のパスワードは、お使いの
   パソコンやスマートフォンから盗まれた可能性があります。同じパスワードを
   ほかのサービスでもお使いの場合は、そちらも変更してください。
2. メールの転送設定、振り分け設定、登録されているメールアドレスをご確認の
   うえ、お心当たりのない設定は削除してください。
3. 以上がお済みになりましたら、このメールへの返信でお知らせください。

メールマガジンの配信など、ご自身で多数のメールを送信された場合も、その旨を
お知らせください。その場合、問題はありません。

この状態が続いている間、届かずに戻ってきたメールは、お客様のフォルダー
「${folder}」に保存されます。失われることはありません。

このメールはプログラムが自動で送信しており、お送りするのは 1 日に 1 回までです。
当方からパスワードをお尋ねすることはありません。また、このメールにリンクは
含まれていません。
.
		"backscatter-notice" ["user", "${postmaster}", "${to}",
			"【重要】メールアカウントの不正利用の可能性について"] {
		}
		if execute :input text:
第三者に乗っ取られたおそれのあるアカウントを使って、当方のサーバーからメールが
送信されています。

ユーザー:       ${user}
戻ったメール:   backscatter_burst_period の期間内に ${count} 通、宛先 ${recipients} 件
                (いずれも当方の有効な署名付き)

送信に使われたログイン名と接続元は、次のコマンドで確認できます。

    doveadm backscatter diagnose -u ${user}

パスワードの変更を求め、現在のセッションを切断してください。

    doveadm kick ${user}

${to} にも通知を送りますが、パスワードを知る第三者はそのメールを
読むことも消すこともできます。ご本人に直接連絡することをお勧めします。

それまでに送信されたメールのバウンスは、この後も数日間届きます。パスワードの
変更後、アカウントが第三者の手にあった期間を指定して次のコマンドを実行すると、
それらも振り分けられます。

    doveadm backscatter disown -u ${user} --since TIME --until TIME

詳しくは doveadm-backscatter(1) をご覧ください。すべてご本人が送信したもので
あれば、対応は不要です。たびたび起こる場合は、userdb でそのユーザーの
backscatter_burst_limit と backscatter_burst_recipients を大きくしてください。

この状態が続いている間、本物のバウンスはユーザーのフォルダー「${folder}」に
保存されます。

このメールはプログラムが自動で送信しており、ユーザーごとに 1 日に 1 回までです。
.
		"backscatter-notice" ["postmaster", "${postmaster}",
			"${postmaster}", "アカウント乗っ取りの可能性: ${user}"] {
		}
	}
	fileinto :create "${folder}";
	stop;
}
