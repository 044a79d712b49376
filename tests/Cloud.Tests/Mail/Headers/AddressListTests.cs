using System.Text;
using Cloud.Mail.Headers;

namespace Cloud.Tests.Mail.Headers;

public sealed class AddressListTests
{
    [Theory]
    [InlineData("a@b.example", "(NIL NIL 'a' 'b.example')")]
    [InlineData("Ada <a@b.example>", "('Ada' NIL 'a' 'b.example')")]
    [InlineData("\"Doe, \\\"J\\\"\" <a@b.example>", "('Doe, \"J\"' NIL 'a' 'b.example')")]
    [InlineData("Ada   van \"der\" Berg <a@b>", "('Ada van der Berg' NIL 'a' 'b')")]
    [InlineData("a@b (Ada)", "('Ada' NIL 'a' 'b')")]
    [InlineData("(before) a@b (Ada (x) \\) y)", "('before' NIL 'a' 'b')")]
    [InlineData("Ada (x) <a@b>", "('Ada' NIL 'a' 'b')")]
    [InlineData("\"quoted local\"@b", "(NIL NIL 'quoted local' 'b')")]
    [InlineData("\"a@b\"@c", "(NIL NIL 'a@b' 'c')")]
    [InlineData("a . b @ c . d", "(NIL NIL 'a.b' 'c.d')")]
    [InlineData("Ada ada@here.example", "('Ada' NIL 'ada' 'here.example')")]
    [InlineData("Ada  M. \"Lady\" Lovelace ada@b, c@d", "('Ada M. Lady Lovelace' NIL 'ada' 'b') (NIL NIL 'c' 'd')")]
    [InlineData("\"Doe, J\" (x) j . doe @ b", "('Doe, J' NIL 'j.doe' 'b')")]
    [InlineData("Ada \"a b\"@c (x)", "('Ada' NIL 'a b' 'c')")]
    [InlineData("=?utf-8?q?J=C3=B6rg?=\r\n j@b", "('=?utf-8?q?J=C3=B6rg?=' NIL 'j' 'b')")]
    [InlineData("(x) (y) a@b", "('x' NIL 'a' 'b')")]
    [InlineData("a(x)@(y)b(z)", "('x' NIL 'a' 'b')")]
    [InlineData("Ada <@x,@y:a@b>", "('Ada' '@x,@y' 'a' 'b')")]
    [InlineData("a@[192.0.2.1], b@[IPv6:::1]", "(NIL NIL 'a' '[192.0.2.1]') (NIL NIL 'b' '[IPv6:::1]')")]
    [InlineData(
        "Team: a@b, C <c@d>;, e@f",
        "(NIL NIL 'Team' NIL) (NIL NIL 'a' 'b') ('C' NIL 'c' 'd') (NIL NIL NIL NIL) (NIL NIL 'e' 'f')"
    )]
    [InlineData("undisclosed-recipients:;", "(NIL NIL 'undisclosed-recipients' NIL) (NIL NIL NIL NIL)")]
    [InlineData("Open: a@b", "(NIL NIL 'Open' NIL) (NIL NIL 'a' 'b') (NIL NIL NIL NIL)")]
    [InlineData("a@b <a@b>", "('a@b' NIL 'a' 'b')")]
    [InlineData("<>", "(NIL NIL '' '')")]
    [InlineData("local", "(NIL NIL 'local' '')")]
    [InlineData("Ada <a@b", "('Ada' NIL 'a' 'b')")]
    [InlineData("\"Ada <a@b>, c@d", "('\"Ada' NIL 'a' 'b') (NIL NIL 'c' 'd')")]
    [InlineData("Ada (x <a@b>, c@d", "('Ada (x' NIL 'a' 'b') (NIL NIL 'c' 'd')")]
    [InlineData("a@b;c@d", "(NIL NIL 'a' 'b') (NIL NIL 'c' 'd')")]
    [InlineData(",, ,a@b,,", "(NIL NIL 'a' 'b')")]
    [InlineData("=?utf-8?q?J=C3=B6rg?= <j@b>", "('=?utf-8?q?J=C3=B6rg?=' NIL 'j' 'b')")]
    [InlineData("Jörg <jö@bücher.example>", "('Jörg' NIL 'jö' 'bücher.example')")]
    [InlineData("a@b@c", "(NIL NIL 'a' 'b@c')")]
    [InlineData("A\r\n\tB <a@b>", "('A B' NIL 'a' 'b')")]
    [InlineData("", "")]
    [InlineData(" (only a comment) ", "")]
    public void Lists_are_read_as_people_mean_them(string list, string expected) =>
        Assert.Equal(expected.Replace('\'', '"'), Read(list));

    [Theory]
    [InlineData("(")]
    [InlineData("\"")]
    [InlineData("<")]
    [InlineData("[")]
    [InlineData("\\")]
    [InlineData("<@")]
    [InlineData("a:")]
    [InlineData("(\"")]
    [InlineData(":;")]
    [InlineData("a@[,")]
    public void Junk_without_end_takes_no_longer_than_its_length_allows(string unit)
    {
        var junk = string.Concat(Enumerable.Repeat(unit, 200_000)); // quadratic time would be minutes

        Assert.NotNull(Read(junk));
    }

    static string Read(string list) =>
        IndexText.Of(AddressList.Parse(Encoding.UTF8.GetBytes(list))).Replace("Ã¶", "ö").Replace("Ã¼", "ü");
}
