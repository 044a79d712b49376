using System.Text;
using Cloud.Mail;

namespace Cloud.Tests.Mail;

public sealed class MessageScannerTests
{
    [Fact]
    public void Plain_text_is_one_part()
    {
        var index = Scan("Subject: hi\r\nFrom: Ada <ada@here.example>\r\n\r\none\r\ntwo\r\n");

        Assert.Equal("hi", index.Subject);
        Assert.Equal("ada@here.example", index.Envelope.From[0].Spec);
        Assert.Equal("text/plain", $"{index.Body.Type}/{index.Body.Subtype}");
        Assert.Equal(45, index.HeaderLength);
        Assert.Equal(10, index.Body.BodyLength);
        Assert.Equal(2, index.Body.Lines);
        Assert.Equal(55, index.Size);
    }

    static MessageIndex Scan(string message)
    {
        var scanner = new MessageScanner();
        scanner.Write(Encoding.Latin1.GetBytes(message));
        return scanner.Complete();
    }
}
