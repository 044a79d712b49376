using System.Text;
using Cloud.Wire;

namespace Cloud.Tests.Wire;

public sealed class ForeignProtocolTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1", true)]
    [InlineData("POST http://mx.example.test:25/x HTTP/1.0", true)]
    [InlineData("CONNECT mx.example.test:25 HTTP/1.1", true)]
    [InlineData("OPTIONS sip:nm SIP/2.0", true)]
    [InlineData("PRI * HTTP/2.0", true)]
    [InlineData("SSH-2.0-Go", true)]
    [InlineData("\u0016\u0003\u0001\u0002", true)]
    [InlineData("GET", false)]
    [InlineData("get / HTTP/1.1", false)]
    [InlineData("GET HTTP/1.1", false)]
    [InlineData("DELETE my account", false)]
    [InlineData("EHLO HTTP/1.1", false)]
    [InlineData("", false)]
    public void A_line_of_another_protocol_is_known(string line, bool foreign) =>
        Assert.Equal(foreign, ForeignProtocol.Speaks(Encoding.Latin1.GetBytes(line)));
}
