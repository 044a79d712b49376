using System.Text;
using Cloud.Mail;
using Cloud.Mail.Compose;
using Cloud.Mail.Reports;
using Cloud.Tests.Mail.Compose;

namespace Cloud.Tests.Mail.Reports;

/// <summary>parse(compose(x)) = x for notifications put together at random, in ASCII and with international addresses.</summary>
public sealed class ReportRoundTripTests
{
    static readonly string[] Words =
    [
        "550",
        "5.1.1",
        "no",
        "such",
        "user;",
        "<a@b>",
        "(full)",
        "\"quoted\"",
        "back\\",
        ":",
    ];

    [Theory]
    [InlineData(HeaderForm.Ascii, false)]
    [InlineData(HeaderForm.Utf8, true)]
    [InlineData(HeaderForm.Utf8, false)]
    public void Delivery_reports_are_read_as_they_were_written(HeaderForm form, bool eightBit)
    {
        var random = new Random(3464 + (int)form);
        for (var round = 0; round < 400; round++)
        {
            var isGlobal = form == HeaderForm.Utf8 && random.Next(2) == 0;
            var (returned, original) = Returned(random);
            var report = Delivery(random, isGlobal);
            var notice = new DeliveryNotice
            {
                Report = report,
                From = RandomMessages.Name(random, HeaderForm.Ascii),
                To = RandomMessages.Name(random, form).Address,
                Date = Composing.Noon,
                MessageId = $"{random.Next():x}@here.example",
                Seed = RandomMessages.Bytes(random, 16),
                OriginalSubject = RandomMessages.Phrase(random, 8),
                Returned = returned,
                IsGlobal = isGlobal,
            };

            var bytes = Composing.Bytes(notice.ToMessage(), new ComposeOptions(form, eightBit));

            var read = ReportReader.Read(bytes, Messages.Scan(bytes))!;
            Assert.Equal(ReportForm.Standard, read.Form);
            Assert.Equal(Shown(report, isGlobal), Shown(read.Delivery!, isGlobal));
            Assert.Equal(original?.MessageId, read.OriginalMessageId);
        }
    }

    [Theory]
    [InlineData(HeaderForm.Ascii, false)]
    [InlineData(HeaderForm.Utf8, true)]
    [InlineData(HeaderForm.Utf8, false)]
    public void Disposition_reports_are_read_as_they_were_written(HeaderForm form, bool eightBit)
    {
        var random = new Random(8098 + (int)form);
        for (var round = 0; round < 400; round++)
        {
            var isGlobal = form == HeaderForm.Utf8 && random.Next(2) == 0;
            var (returned, _) = Returned(random);
            var report = Disposition(random, isGlobal);
            var notice = new DispositionNotice
            {
                Report = report,
                From = RandomMessages.Name(random, form),
                To = [RandomMessages.Name(random, form)],
                Date = Composing.Noon,
                MessageId = $"{random.Next():x}@here.example",
                Seed = RandomMessages.Bytes(random, 16),
                Returned = returned,
                IsGlobal = isGlobal,
                Text = random.Next(2) == 0 ? null : RandomMessages.Phrase(random, 20),
            };

            var bytes = Composing.Bytes(notice.ToMessage(), new ComposeOptions(form, eightBit));

            var read = ReportReader.Read(bytes, Messages.Scan(bytes))!;
            Assert.Equal(ReportForm.Standard, read.Form);
            Assert.Equal(Shown(report, isGlobal), Shown(read.Disposition!, isGlobal));
            Assert.Equal(report.OriginalMessageId, read.Disposition!.OriginalMessageId);
        }
    }

    static DeliveryReport Delivery(Random random, bool isGlobal) =>
        new()
        {
            EnvelopeId = Maybe(random, Text(random, isGlobal: false)),
            ReportingMta = new("dns", "mx.here.example"),
            Gateway = Kind(random, "dns", "gw.there.example"),
            ReceivedFromMta = Kind(random, "dns", "[192.0.2.1]"),
            ArrivalDate = Date(random),
            Recipients = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Recipient(random, isGlobal))],
            Extensions = Extensions(random, isGlobal),
        };

    static RecipientReport Recipient(Random random, bool isGlobal)
    {
        var action = random.GetItems(Enum.GetValues<DeliveryAction>(), 1)[0];
        var digit = action switch
        {
            DeliveryAction.Failed => 5,
            DeliveryAction.Delayed => 4,
            _ => 2,
        };
        return new()
        {
            OriginalRecipient = random.Next(2) == 0 ? null : TypedText.Of(Address(random)),
            FinalRecipient = TypedText.Of(Address(random)),
            Action = action,
            Status = $"{digit}.{random.Next(8)}.{random.Next(30)}",
            RemoteMta = Kind(random, "dns", "mx.there.example"),
            DiagnosticCode = Kind(random, "smtp", Text(random, isGlobal)),
            LastAttempt = Date(random),
            FinalLogId = Maybe(random, Text(random, isGlobal)),
            RetryUntil = Date(random),
            Extensions = Extensions(random, isGlobal),
        };
    }

    static DispositionReport Disposition(Random random, bool isGlobal) =>
        new()
        {
            ReportingUa = Maybe(random, Text(random, isGlobal)),
            Gateway = Kind(random, "dns", "gw.there.example"),
            OriginalRecipient = random.Next(2) == 0 ? null : TypedText.Of(Address(random)),
            FinalRecipient = TypedText.Of(Address(random)),
            OriginalMessageId = Maybe(random, random.Next(3) == 0 ? "ü@müller.example" : "1@here.example"),
            Disposition = new(
                RandomMessages.Pick(random, "displayed", "deleted", "dispatched", "processed"),
                random.Next(2) == 0,
                random.Next(2) == 0,
                [.. random.GetItems(["error", "expired", "x-odd"], random.Next(3))]
            ),
            Errors = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text(random, isGlobal))],
            Extensions = Extensions(random, isGlobal),
        };

    /// <summary>A whole message, its header alone, or nothing.</summary>
    static (ReturnedMessage?, OutgoingMessage?) Returned(Random random)
    {
        var form = random.Next(2) == 0 ? HeaderForm.Ascii : HeaderForm.Utf8;
        var message = RandomMessages.Next(random, form, depth: 4);
        var bytes = Composing.Bytes(message, new ComposeOptions(form, random.Next(2) == 0));
        var header = bytes[..(int)Messages.Scan(bytes).HeaderLength];
        var isGlobal = !Ascii.IsValid(header);
        return random.Next(3) switch
        {
            0 => (null, null),
            1 => (new(OctetSource.Of(header), IsFull: false, isGlobal), message),
            _ => (new(OctetSource.Of(bytes), IsFull: true, isGlobal), message),
        };
    }

    static EmailAddress Address(Random random) => RandomMessages.Name(random, HeaderForm.Utf8).Address;

    static string Text(Random random, bool isGlobal) =>
        string.Join(' ', random.GetItems(isGlobal ? [.. Words, "Grüße", "日本語"] : Words, random.Next(1, 40)));

    static KeyValuePair<string, string>[] Extensions(Random random, bool isGlobal) =>
        [
            .. Enumerable
                .Range(0, random.Next(3))
                .Select(i => new KeyValuePair<string, string>($"X-Extra-{i}", Text(random, isGlobal))),
        ];

    static string? Maybe(Random random, string value) => random.Next(3) == 0 ? null : value;

    static TypedText? Kind(Random random, string type, string value) =>
        random.Next(3) == 0 ? null : new TypedText(type, value);

    static DateTimeOffset? Date(Random random) => random.Next(3) == 0 ? null : Composing.Noon.AddSeconds(random.Next());

    static string Shown(DeliveryReport report, bool isGlobal) =>
        $"{report.EnvelopeId} | {Shown(report.ReportingMta, true)} | {Shown(report.Gateway, true)} | "
        + $"{Shown(report.ReceivedFromMta, true)} | {report.ArrivalDate:u} | {string.Join(' ', report.Extensions)}\n"
        + string.Join('\n', report.Recipients.Select(recipient => Shown(recipient, isGlobal)));

    static string Shown(RecipientReport to, bool isGlobal) =>
        $"{Shown(to.OriginalRecipient, isGlobal)} | {Shown(to.FinalRecipient, isGlobal)} | {to.Address} | {to.Action} | "
        + $"{to.Status} | {Shown(to.RemoteMta, true)} | {Shown(to.DiagnosticCode, true)} | {to.LastAttempt:u} | "
        + $"{to.FinalLogId} | {to.RetryUntil:u} | {string.Join(' ', to.Extensions)}";

    static string Shown(DispositionReport report, bool isGlobal) =>
        $"{report.ReportingUa} | {Shown(report.Gateway, true)} | {Shown(report.OriginalRecipient, isGlobal)} | "
        + $"{Shown(report.FinalRecipient, isGlobal)} | {report.Disposition} | {string.Join(" / ", report.Errors)} | "
        + string.Join(' ', report.Extensions);

    /// <summary>In ASCII an address beyond it is written another way, and is the same address (RFC 6533 §3).</summary>
    static string Shown(TypedText? value, bool isExact) =>
        value is not { } typed ? "none"
        : isExact ? $"{typed.Type}; {typed.Text}"
        : $"{typed.Type}; {typed.Address}";
}
