# The registry that is shipped: every value plausible, every id by the rule.

use strict;
use warnings;

use Test::More;

my @names = qw(model family vendor class vram_gb tdp_watts mig_support nvlink
    generation cuda_cores slot_width pcie_generation form_factor released
    aliases);

open my $in, '<', 'conf/gpu_models.csv' or die "conf/gpu_models.csv: $!";
chomp(my $header = <$in>);
is $header, join(',', @names), 'the header';

my (%model, %variant, %alias, @bad);

while (my $line = <$in>) {
    chomp $line;
    my @value = split /,/, $line, -1;
    my %m;
    @m{@names} = @value;
    my $id = $m{model};

    my $say = sub { push @bad, "line $.: $id: $_[0]" };

    $say->(scalar(@value) . ' fields') if @value != @names;
    $say->('twice') if $model{$id};
    $say->('not an id') if $id !~ /^[A-Z0-9]+(_[A-Z0-9]+)*$/;
    $say->('not of its family') if $id !~ /^\Q$m{family}\E(_|$)/;
    $say->("vendor $m{vendor}") if $m{vendor} !~ /^(nvidia|amd|intel|matrox)$/;
    $say->("class $m{class}")
        if $m{class} !~ /^(desktop|workstation|server|mining|mobile)$/;
    $say->("vram $m{vram_gb}")
        if $m{vram_gb} ne '' && ($m{vram_gb} <= 0 || $m{vram_gb} > 600);
    $say->("tdp $m{tdp_watts}")
        if $m{tdp_watts} ne '' && ($m{tdp_watts} < 1 || $m{tdp_watts} > 3000);
    $say->("cores $m{cuda_cores}")
        if $m{cuda_cores} ne '' && $m{cuda_cores} !~ /^\d{1,5}$/;
    $say->("slots $m{slot_width}")
        if $m{slot_width} ne '' && $m{slot_width} !~ /^[1-4](\.5)?$/;
    $say->("pcie $m{pcie_generation}") if $m{pcie_generation} !~ /^[1-6]?$/;
    $say->("nvlink $m{nvlink}") if $m{nvlink} !~ /^[01]$/;
    $say->("released $m{released}")
        if $m{released} !~ /^(20\d\d-[01]\d-[0-3]\d)?$/;

    # only the cards whose data sheets say so are cut into partitions
    my $mig = $m{family} =~ /^(A100X?|A800|H100(_CNX)?|H800|H20|H200|[BG]B?[23]00|GH200)$/ ? 7
        : $m{family} =~ /^A30X?$|^RTX_PRO_6000_BLACKWELL/ ? 4
        : $m{family} eq 'RTX_PRO_5000_BLACKWELL' ? 2 : 0;
    $say->("mig $m{mig_support}, want $mig")
        if $m{class} ne 'mobile' && $m{mig_support} != $mig;

    my $same = join ',', @m{qw(family vram_gb form_factor tdp_watts
        cuda_cores)};
    $say->("as $variant{$same}") if $variant{$same};
    $variant{$same} = $id;

    for my $alias (split /\|/, $m{aliases}) {
        (my $folded = lc $alias) =~ s/[^a-z0-9]+//g;
        $say->("alias \"$alias\" of $alias{$folded}") if $alias{$folded};
        $alias{$folded} = $id;
    }
    $model{$id} = \%m;
}

is join("\n", @bad), '', 'every line is plausible';

my @must = qw(RTX_3080_TI H100_PCIE_80GB H100_SXM5_80GB H100_NVL_94GB
    H200_SXM5_141GB H200_NVL_141GB A100_PCIE_40GB A100_PCIE_80GB
    A100_SXM4_40GB A100_SXM4_80GB A800_PCIE_80GB A30 A40 A10 A16 A2 L4 L40
    L40S T4 P4 P40 P100_PCIE_16GB V100_PCIE_16GB V100_SXM2_32GB K80 M40 M60
    RTX_A2000 RTX_A2000_12GB RTX_A4000 RTX_A4500 RTX_A5000 RTX_A5500 RTX_A6000
    RTX_2000_ADA RTX_4000_ADA RTX_4000_SFF_ADA RTX_5000_ADA RTX_6000_ADA
    RTX_PRO_6000_BLACKWELL RTX_PRO_4000_BLACKWELL QUADRO_RTX_4000
    QUADRO_RTX_5000 QUADRO_RTX_6000 QUADRO_RTX_8000 QUADRO_P2000 QUADRO_K620
    QUADRO_M5000 QUADRO_GP100 T400 T400_4GB T1000 T1000_8GB RTX_3050
    RTX_3050_6GB RTX_3060 RTX_3060_8GB RTX_3060_TI RTX_3070 RTX_3080
    RTX_3080_12GB RTX_3090 RTX_3090_TI RTX_4060 RTX_4060_TI RTX_4060_TI_16GB
    RTX_4070 RTX_4070_SUPER RTX_4070_TI RTX_4070_TI_SUPER RTX_4080
    RTX_4080_SUPER RTX_4090 RTX_5060 RTX_5070 RTX_5070_TI RTX_5080 RTX_5090
    GTX_1060 GTX_1060_3GB GTX_1080_TI GTX_1650 GTX_1660_SUPER GTX_970 GT_710
    GT_1030 TITAN_RTX TITAN_V RX_580 RX_580_4GB RX_6300 RX_6800_XT RX_7600
    RX_7900_XTX RX_7900_GRE RX_9070_XT R9_290X R9_280X HD_7970 RADEON_VII
    RADEON_PRO_W7900 RADEON_PRO_WX_7100 FIREPRO_S9050 MI25 MI50 MI100 MI210
    MI250X MI300X MI325X ARC_A310 ARC_A380 ARC_A750 ARC_A770 ARC_A770_8GB
    ARC_B580 ARC_PRO_A40 DATA_CENTER_GPU_FLEX_140 DATA_CENTER_GPU_FLEX_170
    CMP_170HX P106_100 GEFORCE_210);

is join(' ', grep { !$model{$_} } @must), '', 'cards that must be there';

my $h100 = $model{H100_PCIE_80GB};
is "@$h100{qw(vram_gb tdp_watts mig_support nvlink)}", '80 350 7 0',
    'an H100 PCIe';

done_testing();
