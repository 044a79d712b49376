using System.Buffers;

namespace Cloud.Mail.Bodies;

/// <summary>What mail programs write around a quote, in the languages they do it in.</summary>
static class QuoteMarks
{
    const StringComparison AnyCase = StringComparison.OrdinalIgnoreCase;

    /// <summary>Characters of an attribution, its lines joined.</summary>
    public const int MaxAttribution = 500;

    /// <summary>Lines looked at for a block of header fields.</summary>
    const int MaxBlock = 8;

    /// <summary>"wrote", with which an attribution ends, or nearly: en de fr es it pt nl da no sv fi pl cs ru uk tr hu ro
    /// el ja zh ko.</summary>
    static readonly SearchValues<string> Wrote = SearchValues.Create(
        [
            "wrote",
            "writes",
            "schrieb",
            "a écrit",
            "a ecrit",
            "escribió",
            "escribio",
            "ha scritto",
            "escreveu",
            "schreef",
            "skrev",
            "skrifaði",
            "kirjoitti",
            "napisał",
            "pisze",
            "napsal",
            "пишет",
            "написал",
            "пише",
            "yazdı",
            "şunları yazdı",
            "írta",
            "a scris",
            "έγραψε",
            "のメール",
            "書きました",
            "书写道",
            "写道",
            "寫道",
            "작성",
        ],
        AnyCase
    );

    /// <summary>The first word of an attribution in the same languages, where there is one.</summary>
    static readonly string[] Openings =
    [
        "On ",
        "Am ",
        "Le ",
        "El ",
        "Il ",
        "Em ",
        "Op ",
        "Den ",
        "W dniu ",
        "Dne ",
        "Pe ",
        "På ",
        "Στις ",
        "于 ",
        "在 ",
    ];

    static readonly SearchValues<string> Original = SearchValues.Create(
        [
            "Original Message",
            "Original Appointment",
            "Forwarded message",
            "Begin forwarded message",
            "Ursprüngliche Nachricht",
            "Weitergeleitete Nachricht",
            "Originalnachricht",
            "Message d'origine",
            "Message original",
            "Message transféré",
            "Mensaje original",
            "Mensaje reenviado",
            "Messaggio originale",
            "Messaggio inoltrato",
            "Mensagem original",
            "Mensagem encaminhada",
            "Oorspronkelijk bericht",
            "Doorgestuurd bericht",
            "Oprindelig meddelelse",
            "Opprinnelig melding",
            "Ursprungligt meddelande",
            "Alkuperäinen viesti",
            "Wiadomość oryginalna",
            "Oryginalna wiadomość",
            "Původní zpráva",
            "Исходное сообщение",
            "Оригинальное сообщение",
            "Пересылаемое сообщение",
            "元のメッセージ",
            "原始邮件",
            "원본 메시지",
        ],
        AnyCase
    );

    /// <summary>"From" as the first field of a quoted header.</summary>
    static readonly string[] FromLabels =
    [
        "From",
        "Von",
        "De",
        "Da",
        "Van",
        "Fra",
        "Från",
        "Lähettäjä",
        "Od",
        "От",
        "Від",
    ];

    static readonly string[] OtherLabels =
    [
        .. "Sent Date To Cc Subject Gesendet Datum An Betreff Envoyé À Objet Enviado Para Asunto Fecha Inviato A Oggetto Data".Split(
            ' '
        ),
        .. "Assunto Verzonden Aan Onderwerp Sendt Til Emne Skickat Till Ämne Lähetetty Vastaanottaja Aihe".Split(' '),
        .. "Wysłano Do Temat Odesláno Komu Předmět Отправлено Дата Кому Тема Надіслано".Split(' '),
    ];

    static readonly string[] PhoneLines =
    [
        "Sent from my ",
        "Sent from Mail for ",
        "Sent from Yahoo ",
        "Sent from Outlook",
        "Sent via ",
        "Get Outlook for ",
        "Von meinem ",
        "Gesendet von ",
        "Gesendet mit ",
        "Diese Nachricht wurde von meinem ",
        "Envoyé de mon ",
        "Envoyé depuis ",
        "Enviado desde mi ",
        "Enviado do meu ",
        "Inviato da ",
        "Verzonden vanaf mijn ",
        "Verstuurd vanaf mijn ",
        "Skickat från min ",
        "Sendt fra min ",
        "Lähetetty ",
        "Wysłane z ",
        "Отправлено с ",
    ];

    static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    public static bool HasDigit(ReadOnlySpan<char> line) => line.ContainsAny(Digits);

    public static bool EndsAttribution(ReadOnlySpan<char> line) => line.TrimEnd() is [.., ':' or '：'];

    public static bool BeginsAttribution(ReadOnlySpan<char> line) =>
        StartsWith(line, Openings, StringComparison.Ordinal);

    /// <summary>Somebody wrote something: the verb, or the name and the address alone.</summary>
    public static bool IsAttribution(ReadOnlySpan<char> text) =>
        text.Length <= MaxAttribution
        && (text.ContainsAny(Wrote) || text.Contains('@') && (text.Contains('<') || HasDigit(text)));

    /// <summary><c>-----Original Message-----</c> and its like.</summary>
    public static bool IsSeparator(ReadOnlySpan<char> line)
    {
        var text = line.Trim();
        if (text.StartsWith("Begin forwarded message:", AnyCase))
            return true;
        return text.StartsWith("--")
            && text.EndsWith("--")
            && text.Length < 80
            && text.Trim("- ").ContainsAny(Original);
    }

    /// <summary>The line Outlook draws above a quoted header.</summary>
    public static bool IsRule(ReadOnlySpan<char> line) =>
        line.Trim() is { Length: >= 10 } rule && rule.IndexOfAnyExcept('_', '-') < 0;

    /// <summary>From: and, within the lines after it, two fields more: an unmarked quote begins.</summary>
    public static bool IsHeaderBlock(TextLines lines, int start)
    {
        if (!IsField(lines[start], FromLabels))
            return false;
        var others = 0;
        for (var i = start + 1; i < Math.Min(lines.Length, start + MaxBlock); i++)
        {
            if (lines[i].IsWhiteSpace())
                break;
            if (IsField(lines[i], OtherLabels))
                others++;
        }

        return others >= 2;
    }

    public static bool IsPhoneLine(ReadOnlySpan<char> line) =>
        line.Length < 100 && StartsWith(line.TrimStart(), PhoneLines, AnyCase);

    static bool StartsWith(ReadOnlySpan<char> line, string[] starts, StringComparison comparison)
    {
        foreach (var start in starts)
        {
            if (line.StartsWith(start, comparison))
                return true;
        }

        return false;
    }

    static bool IsField(ReadOnlySpan<char> line, string[] labels)
    {
        var colon = line.IndexOfAny(':', '：');
        if (colon <= 0)
            return false;
        var label = line[..colon].Trim("* \u00A0"); // Outlook's bold as plain text
        foreach (var known in labels)
        {
            if (label.Equals(known, AnyCase))
                return true;
        }

        return false;
    }
}
