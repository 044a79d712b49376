namespace Cloud.Tests.Mail;

/// <summary>Of reports, archives and winmail.dat.</summary>
public static partial class HostileInputs
{
    static readonly string[] Fields =
    [
        "a:\n",
        "a: b\n\n",
        "Final-Recipient: rfc822;a@b\n",
        "Final-Recipient: rfc822;a@b\n\n",
        "Status: …5",
        "Status: 5.1.1\n",
        "Diagnostic-Code: …smtp; (",
        "Original-Recipient: a\n \n",
        "Reporting-MTA: a\n",
        "Disposition: …a/",
        "X: =?utf-8?q?a?=\n",
        "\n",
        " \n",
        "Action: …failed",
        "Feedback-Type: …a",
        "Feedback-Type: a\nOriginal-Rcpt-To: <a@b>\n",
    ];

    static readonly string[] Reports =
    [
        .. Fields.Select(field =>
            "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
            + "--b\n\ntext\n--b\nContent-Type: message/delivery-status\n\n"
            + (field.Contains('…', StringComparison.Ordinal) ? field : "…" + field)
        ),
        "Hi. This is the\n\n…<a@b>:\nno\n\n",
        "Hi. This is the\n\n…-\nSubject: x\n",
        "X-Failed-Recipients: …a@b,",
        "X-Failed-Recipients: a@b\n",
        "Content-Type: multipart/report; boundary=b\n\n…--b\nContent-Type: message/delivery-status\n\nStatus: 5\n",
        "Content-Type: multipart/report; boundary=b\n\n…--b\nContent-Type: text/rfc822-headers\n\nTo: a,a,a\n",
    ];

    static readonly string[] Mboxes =
    [
        "From a@\n",
        "From a 1:00 1 Jan 2026\n",
        "From a\n",
        "From sun",
        "From sun \n",
        "From a Sun Mar  1 12:00:00 2026\n\n",
        "From a@b\n…>",
        "From a@b\n\n…>\n",
        "From a@b\n\n…>From \n",
        "From a@b\n\n…\n",
        "From a@b\nContent-Length: 9\n\nFrom a@b\nx\n",
        "From a@b\nContent-Length: 9\n\nx\n",
        "From a@b\n…Status: R\n",
        "From a@b\n…X-Status: A\n b\n",
        "From a@b\n…a: b\r\n",
        "\r",
        "a",
    ];

    static readonly string[] Maildirs =
    [
        "a",
        ":2,…S",
        "a:2,…a",
        ".",
        ".a",
        "&",
        "&A",
        "1 a\n",
        "\n",
        "1 ",
        "/",
        "\u00fc",
    ];

    const string TnefStart = "\u0078\u009F\u003E\u0022\u0001\u0000";

    /// <summary>Octets that are left of the input for the value of its first attribute.</summary>
    const string TnefRest = "\u00EF\u00FF\u000F\u0000";

    /// <summary>Properties of the message, as many as one likes.</summary>
    const string TnefProperties = TnefStart + "\u0001\u0003\u0090\u0006\u0000" + TnefRest + "\u00FF\u00FF\u00FF\u00FF…";

    static readonly string[] Tnefs =
    [
        TnefStart + "…\u0001\u0008\u0080\u0007\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
        TnefStart + "…\u0002\u0002\u0090\u0006\u0000\u0000\u0000\u0000\u0000\u0000\u0000",
        TnefStart + "…\u0002\u0010\u0080\u0001\u0000\u0001\u0000\u0000\u0000a\u0061\u0000",
        TnefStart + "\u0001\u000C\u0080\u0002\u0000" + TnefRest + "…a",
        TnefStart + "\u0001\u000C\u0080\u0002\u0000" + TnefRest + "…a\u0000",
        TnefProperties + "\u0003\u0000\u0000\u000E\u0000\u0000\u0000\u0000",
        TnefProperties + "\u001E\u0000\u0000\u0010\u0001\u0000\u0000\u0000\u0004\u0000\u0000\u0000abcd",
        TnefProperties + "\u001F\u0000\u0013\u0010\u0001\u0000\u0000\u0000\u0004\u0000\u0000\u0000a\u0000b\u0000",
        TnefProperties + "\u0002\u0001\u0013\u0010\u0001\u0000\u0000\u0000\u0008\u0000\u0000\u0000<p>aaaa\u00E9",
        TnefProperties + "\u0001\u0010\u0009\u0010\u0010\u0027\u0000\u0000",
    ];

    const string RtfStart = "\u0000\u0000\u0000\u0000\u00FF\u00FF\u00FF\u00FFLZFu\u0000\u0000\u0000\u0000…";

    static readonly string[] Rtfs =
    [
        RtfStart
            + "\u00FF\u0000\u000F\u0000\u000F\u0000\u000F\u0000\u000F\u0000\u000F\u0000\u000F\u0000\u000F\u0000\u000F",
        RtfStart + "\u0000abcdefgh",
        RtfStart + "\u00FF",
        "\u0000\u0000\u0000\u0000\u00FF\u00FF\u00FF\u00FFMELA\u0000\u0000\u0000\u0000…a",
    ];
}
