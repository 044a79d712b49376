using System.Text;
using Cloud.Trust.Content;

namespace Cloud.Tests.Trust.Content;

public sealed class RuleTests
{
    [Fact]
    public void An_ordinary_message_hits_nothing() => Assert.Empty(Judged.Score(Judged.Plain).Hits);

    [Theory]
    [InlineData("Date", "MISSING_DATE")]
    [InlineData("From", "MISSING_FROM")]
    [InlineData("Message-ID", "MISSING_MID")]
    [InlineData("Subject", "MISSING_SUBJECT")]
    [InlineData("To", "UNDISCLOSED_RECIPIENTS")]
    public void A_field_that_is_missing_is_told(string field, string rule) =>
        Assert.Equal(rule, Assert.Single(Judged.Score(Judged.Without(field)).Hits).Name);

    [Theory]
    [InlineData("Date", "yesterday", "INVALID_DATE")]
    [InlineData("Date", "Thu, 5 Mar 2026 03:00:01 +0000", "DATE_IN_FUTURE")]
    [InlineData("Date", "Wed, 25 Feb 2026 11:59:59 +0000", "DATE_IN_PAST")]
    [InlineData("From", "Ada", "FROM_NO_DOMAIN")]
    [InlineData("From", "\"service@bank.example\" <x@example.com>", "FROM_NAME_HAS_ADDRESS")]
    [InlineData("From", "=?utf-8?q?service=40bank=2Eexample?= <x@example.com>", "FROM_NAME_HAS_ADDRESS")]
    [InlineData("Reply-To", "ada.example@gmail.com", "REPLYTO_FREEMAIL")]
    [InlineData("Subject", "LAST CHANCE TO WIN", "SUBJECT_ALL_CAPS")]
    [InlineData("Subject", "caf\u00e9 \u00fcber", "HEADER_BAD_OCTETS")]
    [InlineData("To", "undisclosed-recipients:;", "UNDISCLOSED_RECIPIENTS")]
    [InlineData("To", "Ada <ADA@example.com>", "TO_EQUALS_FROM")]
    [InlineData("Precedence", "bulk", "BULK_NO_UNSUBSCRIBE")]
    [InlineData("List-Id", "<news.example.com>", "BULK_NO_UNSUBSCRIBE")]
    public void A_field_that_looks_wrong_is_told(string field, string value, string rule) =>
        Judged.Hits(rule, Judged.With(field, value));

    [Theory]
    [InlineData("Date", "Thu, 5 Mar 2026 02:59:59 +0000", "DATE_IN_FUTURE")]
    [InlineData("From", "\"ada@mail.example.com\" <ada@example.com>", "FROM_NAME_HAS_ADDRESS")]
    [InlineData("Reply-To", "office@example.com", "REPLYTO_FREEMAIL")]
    [InlineData("Subject", "RE: ISO 27001", "SUBJECT_ALL_CAPS")]
    [InlineData(
        "Subject",
        "\u6771\u4eac\u3067\u306e\u4f1a\u8b70\u306b\u3064\u3044\u3066\u306e\u304a\u77e5\u3089\u305b",
        "SUBJECT_ALL_CAPS"
    )]
    public void A_field_that_is_right_is_not(string field, string value, string rule) =>
        Judged.Misses(rule, Score8(Judged.Replace(field, value)));

    [Fact]
    public void Fields_that_occur_again_are_told()
    {
        Judged.Hits("MULTIPLE_FROM", Judged.Score("From: eve@example.net\n" + Judged.Plain));
        var hit = Judged.Score("Subject: x\n" + Judged.Plain).Hits.Single(hit => hit.Name == "DUPLICATE_FIELD");
        Assert.EndsWith(": Subject", hit.Explanation);
    }

    [Fact]
    public void More_than_50_recipients_are_many()
    {
        var fifty = string.Join(", ", Enumerable.Range(0, 50).Select(i => $"p{i}@example.org"));
        Judged.Misses("MANY_RECIPIENTS", Judged.With("To", fifty));
        Judged.Hits("MANY_RECIPIENTS", Judged.With("To", fifty + ", one@example.org"));
    }

    [Theory]
    [InlineData("from mx.here.example (dyn-7.isp.example [192.0.2.7]) by relay.example with SMTP", true)]
    [InlineData("from mx.here.example (mx.here.example [192.0.2.1]) by relay.example with SMTP", false)]
    [InlineData("from mx.here.example (unknown [192.0.2.7]) by relay.example with SMTP", false)]
    public void A_hop_that_greeted_with_our_name_is_told_where_the_dns_says_otherwise(string hop, bool isForged)
    {
        var score = Judged.With("Received", hop, new() { OwnHosts = ["mx.here.example"] });
        Assert.Equal(isForged, score.Hits.Any(hit => hit.Name == "RCVD_FORGED_HELO"));
    }

    [Theory]
    [InlineData("<a href='https://evil.example/x'>https://www.bank.example/login</a>", "LINK_HOST_DIFFERS")]
    [InlineData("<A HREF=\"https:&#47;&#47;evil.example\">www.bank.example</A>", "LINK_HOST_DIFFERS")]
    [InlineData("<a href=http:\\\\evil.example>https://bank.example</a", "LINK_HOST_DIFFERS")]
    [InlineData("<a href='http://192.0.2.1/'>here</a>", "LINK_IP_ADDRESS")]
    [InlineData("<a href='http://3221225985/'>here</a>", "LINK_IP_ADDRESS")]
    [InlineData("<a href='http://www.bank.example@evil.example/'>here</a>", "LINK_USERINFO")]
    [InlineData("<a href='https://evil.example/'><img src=x></a>", "HTML_SHORT_TEXT")]
    [InlineData("<form action='https://evil.example'>", "HTML_ACTIVE")]
    [InlineData("<p>V\u200bi\u200ba\u200bg\u200br\u200ba for everybody</p>", "INVISIBLE_CHARACTERS")]
    [InlineData("<img src='cid:1'>", "IMAGE_ONLY")]
    [InlineData("<p></p>", "EMPTY_MESSAGE")]
    public void Html_that_deceives_is_told(string html, string rule) => Judged.Hits(rule, Score8(Judged.Html(html)));

    [Theory]
    [InlineData("<a href='https://click.bank.example/x'>https://www.bank.example/login</a>", "LINK_HOST_DIFFERS")]
    [InlineData("<a href='https://files.example/y'>report.pdf</a>", "LINK_HOST_DIFFERS")]
    [InlineData("<!-- <form> --><p>only words</p>", "HTML_ACTIVE")]
    [InlineData(
        "<p>\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0646\u0645\u06cc\u200c\u0634\u0648\u062f \u0645\u06cc\u200c\u0631\u0648\u062f \u0645\u06cc\u200c\u06a9\u0646\u062f \u0645\u06cc\u200c\u062f\u0647\u062f</p>",
        "INVISIBLE_CHARACTERS"
    )]
    public void Html_as_others_write_it_is_not(string html, string rule) =>
        Judged.Misses(rule, Score8(Judged.Html(html)));

    [Fact]
    public void An_address_in_plain_text_is_a_link() =>
        Judged.Hits("LINK_IP_ADDRESS", Judged.Score(Judged.Plain + "see HTTPS://192.0.2.1/a, or http://example.com\n"));

    [Theory]
    [InlineData("update.exe", "EXECUTABLE_FILE")]
    [InlineData("update.EXE. ", "EXECUTABLE_FILE")]
    [InlineData("invoice.pdf.js", "DOUBLE_EXTENSION")]
    [InlineData("invoice.pdf      .js", "DOUBLE_EXTENSION")]
    [InlineData("=?utf-8?q?invoice=E2=80=AEfdp=2Eexe?=", "REVERSED_FILE_NAME")]
    [InlineData("plan.xlsm", "MACRO_DOCUMENT")]
    [InlineData("disk.iso", "DISK_IMAGE")]
    [InlineData("page.html", "HTML_FILE")]
    public void A_file_that_does_harm_is_told(string name, string rule) =>
        Judged.Hits(rule, Judged.Score(Judged.WithFile(name)));

    [Fact]
    public void A_file_of_an_ordinary_kind_is_not() =>
        Assert.Empty(Judged.Score(Judged.WithFile("minutes.v2.pdf")).Hits);

    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void A_zip_whose_first_entry_is_encrypted_is_told(byte flags, bool isTold)
    {
        byte[] zip = [.. "PK\u0003\u0004"u8, 20, 0, flags, 0, .. new byte[40]];
        var score = Judged.Score(Judged.WithFile("a.zip", Convert.ToBase64String(zip)));
        Assert.Equal(isTold, score.Hits.Any(hit => hit.Name == "ENCRYPTED_ARCHIVE"));
    }

    [Fact]
    public void Base64_that_is_damaged_or_hides_ascii_is_told()
    {
        const string head =
            Judged.Header + "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=x-none\n\n";
        var score = Judged.Score(head + "SGVsbG8gd29ybGQs*IGhlbGxv\n");
        Judged.Hits("INVALID_BASE64", score);
        Judged.Hits("BASE64_ASCII", score);
        Judged.Hits("UNKNOWN_CHARSET", score);
        Judged.Misses("INVALID_BASE64", Judged.Score(head + "SGVsbG8gd29ybGQsIGhlbGxv\n"));
    }

    /// <summary>Characters beyond Latin-1 as UTF-8.</summary>
    static ContentScore Score8(string message) =>
        ContentRules.Score(
            Judged.Sample(Encoding.UTF8.GetBytes(message.ReplaceLineEndings("\r\n"))),
            new(),
            Judged.Now
        );
}
