using System.Text;
using Cloud.Mail.Charsets;
using FsCheck;
using FsCheck.Fluent;

namespace Cloud.Tests.Mail.Charsets;

public sealed class ModifiedUtf7Tests
{
    [Theory]
    [InlineData("INBOX", "INBOX")]
    [InlineData("Entwürfe", "Entw&APw-rfe")]
    [InlineData("a&b", "a&-b")]
    [InlineData("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-")] // RFC 3501 §5.1.3
    [InlineData("😀", "&2D3eAA-")]
    [InlineData("", "")]
    public void Names_go_over_the_wire_and_back(string name, string wire)
    {
        Assert.Equal(wire, ModifiedUtf7.Encode(name));
        Assert.Equal(name, ModifiedUtf7.Decode(Encoding.ASCII.GetBytes(wire)));
    }

    [Theory]
    [InlineData("&")]
    [InlineData("a&b")]
    [InlineData("&APw")]
    [InlineData("&AGE-")] // printable ASCII in a shift
    [InlineData("&APw-&APw-")] // two shifts that touch
    [InlineData("&AP-")] // half a unit
    [InlineData("&APx-")] // bits left over
    [InlineData("&2D0-")] // half a surrogate pair
    [InlineData("&3gA-")]
    [InlineData("&A!-")]
    [InlineData("caf\u00e9")]
    [InlineData("a\u0001")]
    public void What_no_encoder_writes_is_refused(string wire) =>
        Assert.Null(ModifiedUtf7.Decode(Encoding.Latin1.GetBytes(wire)));

    [Fact]
    public void Every_name_comes_back()
    {
        var names = ArbMap.Default.ArbFor<string>().Filter(name => name is not null && IsWellFormed(name));
        Prop.ForAll(names, name => ModifiedUtf7.Decode(Encoding.ASCII.GetBytes(ModifiedUtf7.Encode(name))) == name)
            .QuickCheckThrowOnFailure();
    }

    static bool IsWellFormed(string name) => Encoding.Unicode.GetString(Encoding.Unicode.GetBytes(name)) == name;
}
