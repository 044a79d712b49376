using Cloud.Api.WellKnown;

namespace Cloud.Tests.Api.WellKnown;

public sealed class RecordTextTests
{
    [Theory]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "v=DKIM1;p=Ab C=")]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "p=AbC=; s=*;")]
    [InlineData("v=DKIM1; k=ed25519; p=AbC=", "k=ED25519 ; p = AbC=")]
    [InlineData("v=DMARC1; p=none; rua=mailto:a@b.example", "v=DMARC1;rua=mailto:A@b.example;p=None;pct=100")]
    [InlineData("v=spf1 mx -all", "v=spf1  +MX -all ")]
    [InlineData("v=TLSRPTv1; rua=mailto:a@b.example", "v=TLSRPTv1;rua=mailto:a@b.example;")]
    public void Written_otherwise_they_mean_the_same(string wanted, string there)
    {
        Assert.True(RecordText.IsOfKind(wanted, there));
        Assert.True(RecordText.SameMeaning(wanted, there));
    }

    [Theory]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "v=DKIM1; k=rsa; p=abC=")]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "v=DKIM1; k=ed25519; p=AbC=")]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "v=DKIM1; p=AbC=; t=y")]
    [InlineData("v=DMARC1; p=none", "v=DMARC1; p=reject")]
    [InlineData("v=spf1 mx -all", "v=spf1 mx ~all")]
    [InlineData("v=spf1 mx -all", "v=spf1 -all mx")]
    public void What_means_something_else_is_told_apart(string wanted, string there)
    {
        Assert.True(RecordText.IsOfKind(wanted, there));
        Assert.False(RecordText.SameMeaning(wanted, there));
    }

    [Theory]
    [InlineData("v=DKIM1; k=rsa; p=AbC=", "some-verification=1")]
    [InlineData("v=spf1 mx -all", "v=spf10")]
    [InlineData("v=DMARC1; p=none", "v=spf1 -all")]
    public void Another_kind_of_text_is_none(string wanted, string there) =>
        Assert.False(RecordText.IsOfKind(wanted, there));
}
