using System.Text;
using Cloud.Mail;
using Cloud.Mail.Charsets;
using Cloud.Mail.Compose;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Compose;

/// <summary>parse(compose(x)) = x, for messages put together at random.</summary>
public sealed class ComposeRoundTripTests
{
    [Theory]
    [InlineData(HeaderForm.Ascii, false)]
    [InlineData(HeaderForm.Ascii, true)]
    [InlineData(HeaderForm.Utf8, true)]
    [InlineData(HeaderForm.Utf8, false)]
    [InlineData(HeaderForm.Downgraded, false)]
    public void What_is_written_is_read(HeaderForm form, bool eightBit)
    {
        var options = new ComposeOptions(form, eightBit);
        var random = new Random(2026 + (int)form);
        for (var round = 0; round < 800; round++)
        {
            var message = RandomMessages.Next(random, form);
            var bytes = Composing.Bytes(message, options);

            Composing.AssertSound(bytes, options);
            var index = Messages.Scan(bytes);
            AssertHeader(message, index, bytes);
            AssertPart(message.Body, index.Body, bytes, isRoot: true);
        }
    }

    static void AssertHeader(OutgoingMessage message, MessageIndex index, byte[] bytes)
    {
        Assert.Equal(Shown(message.Subject!), Composing.FieldText(bytes, "Subject"));
        Assert.Equal(message.Date!.Value.ToUnixTimeSeconds(), index.SentDate!.Value.ToUnixTimeSeconds());
        Assert.Equal(message.MessageId, index.MessageId.ToString());
        Assert.Equal(message.References, index.References.Select(id => id.ToString()));
        var envelope = Envelope.Parse(bytes.AsSpan(0, (int)index.HeaderLength));
        AssertAddresses(message.From, envelope.From);
        AssertAddresses(message.Sender is null ? [] : [message.Sender], envelope.Sender);
        AssertAddresses(message.ReplyTo, envelope.ReplyTo);
        AssertAddresses(message.Cc, envelope.Cc);
        AssertAddresses(message.Bcc, envelope.Bcc);
        if (message.Fields is [_, AddressField to])
            AssertGroups(to.Groups, [.. envelope.To]);
        else
            AssertAddresses(message.To, envelope.To);
        Assert.Equal(message.InReplyTo, index.InReplyTo.Select(id => id.ToString()));
        Assert.Equal(Shown(((TextField)message.Fields[0]).Text), Composing.FieldText(bytes, "X-Note"));
    }

    static void AssertAddresses(IReadOnlyList<NamedAddress> written, IReadOnlyList<Address> read)
    {
        Assert.Equal(written.Count, read.Count);
        for (var i = 0; i < written.Count; i++)
        {
            Assert.Equal(Shown(written[i].Name ?? "").Trim(), EncodedWords.Decode(read[i].Name.Span));
            Assert.Equal(written[i].Address.Local, read[i].Mailbox.ToString());
            Assert.Equal(
                EmailAddress.CanonicalDomain(written[i].Address.Domain),
                EmailAddress.CanonicalDomain(read[i].Host.ToString())
            );
        }
    }

    static void AssertGroups(IReadOnlyList<AddressGroup> written, Address[] read)
    {
        var at = 0;
        foreach (var group in written)
        {
            var isNamed = group.Name is not null;
            if (isNamed)
            {
                Assert.True(read[at].IsGroupStart);
                Assert.Equal(Shown(group.Name!).Trim(), EncodedWords.Decode(read[at++].Mailbox.Span));
            }

            AssertAddresses(group.Members, read[at..(at + group.Members.Count)]);
            at += group.Members.Count;
            Assert.True(!isNamed || read[at++].IsGroupEnd);
        }

        Assert.Equal(at, read.Length);
    }

    static void AssertPart(MimePart written, BodyPart read, byte[] bytes, bool isRoot)
    {
        Assert.Equal(written.ContentId is { } id ? $"<{id}>" : null, read.Id.IsNil ? null : read.Id.ToString());
        var isFile = written is MessagePart && !read.IsMessage;
        var name = written.FileName ?? (isFile ? "message.eml" : "");
        Assert.Equal(Shown(name).Trim(), ParameterText.FileName(read) ?? "");
        Assert.Equal(Shown(name).Trim(), ParameterText.Find(read.Parameters, "name")?.Text ?? "");
        if (written.Description is { } description)
            Assert.Equal(Shown(description), EncodedWords.Decode(read.Description.Span));
        if (written is Multipart multipart)
        {
            Assert.Equal(multipart.Subtype, read.Subtype.ToString());
            Assert.Equal(multipart.Parts.Length, read.Parts.Count);
            for (var i = 0; i < multipart.Parts.Length; i++)
                AssertPart(multipart.Parts[i], read.Parts[i], bytes, isRoot: false);
            return;
        }

        var content = Composing.Content(read, bytes);
        if (written is MessagePart message)
        {
            AssertMessage(message, read, content);
            return;
        }

        if (written is DataPart data)
        {
            Assert.Equal(Octets(data.Content), content);
            return;
        }

        var text = Charset.Decode(read.Parameter("charset"u8).ToString(), content).Replace("\r\n", "\n");
        var expected = WellFormed(((TextPart)written).Text).Replace("\r\n", "\n").Replace('\r', '\n');
        Assert.Equal(isRoot ? expected.TrimEnd('\n') : expected, isRoot ? text.TrimEnd('\n') : text);
    }

    /// <summary>To the byte, and with the parts it has by itself where it travels as it is.</summary>
    static void AssertMessage(MessagePart written, BodyPart read, byte[] content)
    {
        var octets = Octets(written.Content);
        Assert.Equal(octets, content);
        if (read.Message is not { } inside)
        {
            Assert.True(read.Is("application"u8, "octet-stream"u8) || read.Encoding.EqualsIgnoreCase("base64"u8));
            return;
        }

        var alone = Messages.Scan(octets);
        Assert.Equal(IndexText.Of(alone.Envelope), IndexText.Of(inside.Envelope));
        Assert.Equal(Structure(alone.Body), Structure(inside.Body));
    }

    static string Structure(BodyPart part) =>
        $"{part.Type}/{part.Subtype} {part.HeaderLength}+{part.BodyLength} {part.DecodedLength}"
        + $"({string.Join(' ', part.Parts.Select(Structure))}{(part.Message is { } inside ? Structure(inside.Body) : "")})";

    static byte[] Octets(OctetSource source) =>
        [.. source.ReadAsync(default).ToBlockingEnumerable().SelectMany(m => m.ToArray())];

    static string Shown(string text) => WellFormed(string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)));

    static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
