using System.Text;
using Cloud.Store.Search;

namespace Cloud.Tests.Store.Search;

public sealed class BodyTextTests
{
    [Fact]
    public async Task Text_after_an_empty_part_is_searched()
    {
        var message = Encoding.ASCII.GetBytes(
            "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n"
                + "<p>only here</p>\r\n--b--\r\n"
        );

        var text = await BodyText.ReadAsync(
            Mail.Messages.Scan(message).Body,
            (start, length, _) => ValueTask.FromResult(message.AsSpan((int)start, (int)length).ToArray()),
            CancellationToken.None
        );

        Assert.Equal("only here\n", text);
    }
}
